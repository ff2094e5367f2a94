"""Every blueprint of the web application, in one list."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()

"""create_app(): assembles the web application from settings. Only commands and tests import it."""

import hashlib
import logging
from datetime import timedelta

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from itsdangerous import Signer
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from survey_app.clock import Clock, SystemClock
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.services.installation import check_keys, is_synthetic
from survey_app.web import site
from survey_app.web.errors import init_errors
from survey_app.web.markup import init_markup
from survey_app.web.navigation import init_navigation
from survey_app.web.refusals import init_refusals
from survey_app.web.requests import init_requests
from survey_app.web.routes import BLUEPRINTS
from survey_app.web.security import init_security

log = logging.getLogger(__name__)


def keyring(settings: Settings) -> Keyring:
    """The keys that the settings hold."""
    return Keyring(
        settings.prn_key,
        settings.link_key,
        settings.code_key,
        settings.data_key,
        settings.data_key_before,
    )


def create_app(settings: Settings, *, clock: Clock | None = None) -> Flask:
    """The web application; `clock` is the machine's unless a test or the demo brings another.

    Raises:
        WrongKeyError: a key of the settings is not the one that the database was filled with.
    """
    app = Flask(__name__)
    _configure(app, settings)
    database, keys = Database(settings.database_url), keyring(settings)
    check_keys(database, keys)
    with database.reading() as session:
        synthetic = is_synthetic(session)
    app.extensions["compact"] = site.Site(settings, database, keys, clock or SystemClock(), synthetic)
    init_requests(app, behind_proxy=bool(settings.trusted_proxies))
    site.init_limits(app)
    CSRFProtect(app)
    init_markup(app)
    init_security(app)
    init_errors(app)
    init_navigation(app)
    init_refusals(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    site.check_rules(app)
    if settings.base_url.startswith("https:") and not settings.trusted_proxies:
        log.warning("BASE_URL is https and TRUSTED_PROXIES is 0: all visitors count as one against guessing")
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


class SignedSession(SecureCookieSessionInterface):
    """Cookies signed with SHA-256; the libraries still begin with SHA-1."""

    digest_method = staticmethod(hashlib.sha256)


def _configure(app: Flask, settings: Settings) -> None:
    app.session_interface = SignedSession()
    # Form tokens are made by Flask-WTF, which has no setting for it.
    Signer.default_digest_method = staticmethod(hashlib.sha256)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=site.LARGEST_FILE,
        MAX_FORM_MEMORY_SIZE=site.LARGEST_PAGE,
        MAX_FORM_PARTS=1_000,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # A browser takes a cookie of this name from this host alone, over https, for every path.
        SESSION_COOKIE_NAME="__Host-compact" if settings.secure_cookies else "compact",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
    )

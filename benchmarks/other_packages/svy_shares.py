"""Shares by domain with the package svy, as benchmarks/peers.py asks: file of answers, number of items."""

import sys
from time import perf_counter

import polars  # type: ignore[import-not-found]
import svy  # type: ignore[import-not-found]

sample = svy.Sample(polars.read_csv(sys.argv[1]), svy.Design(stratum="stratum", wgt="base", pop_size="pop"))
items = [f"i{number}" for number in range(1, int(sys.argv[2]) + 1)]
start = perf_counter()
sample.estimation.mean(items, by="domain")
print(svy.__version__, perf_counter() - start)

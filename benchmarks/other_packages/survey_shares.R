# Shares by domain with R's survey, as benchmarks/peers.py asks: file of answers, number of items, file for the shares.
suppressMessages(library(survey))
given <- commandArgs(TRUE)
d <- read.csv(given[1])
items <- paste0("i", seq_len(as.integer(given[2])))
wanted <- as.formula(paste0("~", paste(items, collapse = "+")))
timed <- function(design) {
  seconds <- system.time(found <- svyby(wanted, ~domain, design, svymean))[["elapsed"]]
  list(seconds = seconds, found = found)
}
design <- svydesign(~1, strata = ~stratum, weights = ~base, fpc = ~pop, data = d)
plain <- timed(design)
margins <- tapply(d$weight, d$margin, sum)
d$margin <- factor(d$margin)
design <- svydesign(~1, strata = ~stratum, weights = ~base, fpc = ~pop, data = d)
known <- c(sum(margins), margins[-1])
names(known) <- colnames(model.matrix(~margin, d))
fitted <- calibrate(design, ~margin, population = known, calfun = "raking", epsilon = 1e-12, maxit = 100)
after <- timed(fitted)
write.csv(cbind(plain$found[, items], SE(plain$found), after$found[, items], SE(after$found)), given[3], row.names = FALSE)
cat(as.character(packageVersion("survey")), plain$seconds, after$seconds, "\n")

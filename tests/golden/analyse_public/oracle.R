# Numbers of R's survey package for public data, with which the tests compare the analyst's command.
# Run in this folder:  Rscript oracle.R    It writes oracle.csv. The tests need neither R nor this file.
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "fail")

out <- list()
number <- function(x) { x <- as.numeric(unname(x)); if (length(x) == 0) NA else x[1] }
note <- function(run, statistic, of, category = "", over = "", at = NA, ci = "", by = "", ...) {
  values <- lapply(list(...), number)
  for (name in c("estimate", "se", "lci", "uci", "df", "deff", "n", "weighted_n", "covariance"))
    if (is.null(values[[name]])) values[[name]] <- NA
  out[[length(out) + 1]] <<- data.frame(run, statistic, of, category, over, at = number(at), ci, by, values)
}

# Rows with a value of every item; elsewhere any value will do, as those rows are outside.
known <- function(design, ...) {
  ok <- rep(TRUE, nrow(design$variables))
  for (v in c(...)) ok <- ok & !is.na(design$variables[[v]])
  for (v in c(...)) design$variables[[v]][!ok] <- design$variables[[v]][ok][1]
  subset(design, ok)
}
basis <- function(k) list(df = degf(k), n = sum(is.finite(k$prob)), weighted_n = sum(weights(k)))
one <- function(run, statistic, of, k, m, deffs, over = "", by = "") {
  b <- basis(k)
  ci <- as.numeric(coef(m)) + c(-1, 1) * qt(0.975, b$df) * as.numeric(SE(m))
  note(run, statistic, of, over = over, by = by, estimate = coef(m), se = SE(m), lci = ci[1], uci = ci[2],
       df = b$df, n = b$n, weighted_n = b$weighted_n, deff = if (deffs) deff(m) else NA)
}
share <- function(run, k, f, of, category, by) {
  b <- basis(k)
  for (ci in c("mean", "xlogit", "beta")) {
    p <- try(suppressWarnings(svyciprop(f, k, method = ci, df = b$df)), silent = TRUE)
    if (inherits(p, "try-error") || anyNA(attr(p, "ci"))) next
    limits <- attr(p, "ci")
    note(run, "proportion", of, category = category, ci = ci, by = by, estimate = p, se = sqrt(attr(p, "var")),
         lci = limits[1], uci = limits[2], df = b$df, n = b$n, weighted_n = b$weighted_n)
  }
}

describe <- function(run, design, numbers = c(), shares = c(), texts = c(), ratio = NULL, by = NULL, deffs = TRUE) {
  levels <- if (is.null(by)) "" else sort(unique(design$variables[[by]]))
  for (level in levels) {
    here <- if (is.null(by)) design else subset(design, design$variables[[by]] == level)
    label <- if (is.null(by)) "" else paste0(by, "=", level)
    for (item in c(numbers, shares)) {
      k <- known(here, item)
      f <- as.formula(paste0("~", item))
      one(run, "mean", item, k, svymean(f, k, deff = deffs), deffs, by = label)
      one(run, "total", item, k, svytotal(f, k, deff = deffs), deffs, by = label)
    }
    for (item in shares) { k <- known(here, item); share(run, k, as.formula(paste0("~", item)), item, "", label) }
    for (item in texts) for (category in sort(unique(design$variables[[item]]))) {
      k <- update(here, .is = as.numeric(here$variables[[item]] == category))
      share(run, k, ~.is, item, category, label)
    }
    if (!is.null(ratio)) {
      k <- known(here, ratio[1], ratio[2])
      r <- svyratio(as.formula(paste0("~", ratio[1])), as.formula(paste0("~", ratio[2])), k, deff = deffs)
      one(run, "ratio", ratio[1], k, r, deffs, over = ratio[2], by = label)
    }
    for (item in numbers) {
      k <- known(here, item); b <- basis(k)
      q <- svyquantile(as.formula(paste0("~", item)), k, c(0.27, 0.53, 0.81), df = b$df, qrule = "math")
      ci <- confint(q)
      for (j in 1:3) note(run, "quantile", item, at = c(0.27, 0.53, 0.81)[j], by = label, estimate = coef(q)[j],
        se = SE(q)[j], lci = ci[j, 1], uci = ci[j, 2], df = b$df, n = b$n, weighted_n = b$weighted_n)
    }
  }
}
read <- function(name) read.csv(paste0(name, ".csv"), stringsAsFactors = FALSE, na.strings = "")

# NHANES 2009-2010, five strata: clusters, no frame counts, and with 31 clusters stated for each stratum.
nh <- read("nhanes")
d <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = nh)
describe("nhanes", d, c(), "hi_chol", c("age", "race"))
describe("nhanes", d, "weight", "hi_chol", c(), c("hi_chol", "measured"), by = "race")
finite <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~psus, nest = TRUE, data = nh)
describe("nhanes_fpc", finite, c(), "hi_chol", c(), by = "sex")
# Weight of those not measured handed on within race by sex; the variance is that of the measured.
cell <- paste(nh$race, nh$sex)
nh$w2 <- nh$weight * ave(nh$weight, cell, FUN = sum) / ave(nh$weight * nh$measured, cell, FUN = sum)
r <- svydesign(id = ~psu, strata = ~stratum, weights = ~w2, fpc = ~psus, nest = TRUE, data = nh[nh$measured == 1, ])
describe("nhanes_measured", r, c(), "hi_chol", "age")
describe("nhanes_measured", r, c(), "hi_chol", c(), by = "age")
# One cluster of stratum 89 only.
lone <- nh[nh$stratum != 89 | nh$psu == 1, ]
l <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = lone)
for (rule in c("adjust", "average", "remove")) {
  options(survey.lonely.psu = rule)
  k <- known(l, "hi_chol")
  one(paste0("nhanes_", rule), "mean", "hi_chol", k, svymean(~hi_chol, k), FALSE)
  for (r in unique(lone$race)) {
    here <- known(subset(l, race == r), "hi_chol")
    one(paste0("nhanes_", rule), "mean", "hi_chol", here, svymean(~hi_chol, here), FALSE, by = paste0("race=", r))
  }
}
options(survey.lonely.psu = "fail")
lone$joined <- ifelse(lone$stratum >= 88, "88-89", lone$stratum)
lone$cluster <- paste(lone$stratum, lone$psu)
j <- svydesign(id = ~cluster, strata = ~joined, weights = ~weight, data = lone)
describe("nhanes_collapse", j, c(), "hi_chol", c(), by = "race")

# YRBS 2015, four strata.
yr <- read("yrbs")
d <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = yr)
describe("yrbs", d, "weight", "no_helmet", c(), c("no_helmet", "weight"))
describe("yrbs", d, c(), "no_helmet", c(), by = "stratum")

# A sample of 160 of the 944 persons of ANES 1996, stratified by party.
an <- read("anes_sample")
d <- svydesign(id = ~1, strata = ~party, fpc = ~n_party, data = an)
describe("anes", d, c("age", "income"), "dole", "educ", c("income", "age"))
describe("anes", d, "age", "dole", c(), c("tv_days", "age"), by = "educ")
frame <- read("anes96")
educ <- table(frame$educ); dole <- table(frame$dole)
joined <- function(x) ifelse(x %in% c("grades 1-8", "some high school"), "no diploma", x)
an$school <- joined(an$educ); frame$school <- joined(frame$educ)
d <- svydesign(id = ~1, strata = ~party, fpc = ~n_party, data = an)
counts <- function(f) { t <- table(f); c(`(Intercept)` = sum(t), setNames(as.numeric(t)[-1], names(t)[-1])) }
s <- table(frame$school)
margin <- c(`(Intercept)` = 944, setNames(as.numeric(s)[-1], paste0("school", names(s)[-1])), dole = as.numeric(dole[["1"]]))
with_age <- c(margin, age = sum(frame$age))
fitted <- list(
  post = postStratify(d, ~school, data.frame(school = names(s), Freq = as.numeric(s))),
  raking = calibrate(d, ~school + dole, margin, calfun = "raking", epsilon = 1e-12),
  linear = calibrate(d, ~school + dole + age, with_age, calfun = "linear", epsilon = 1e-12),
  logit = calibrate(d, ~school + dole + age, with_age, calfun = "logit", bounds = c(0.5, 1.8), epsilon = 1e-12))
for (m in names(fitted)) {
  describe(paste0("anes_", m), fitted[[m]], "income", c(), c(), c("income", "tv_days"), deffs = FALSE)
  describe(paste0("anes_", m), fitted[[m]], c(), c(), "party", c("income", "tv_days"), by = "dole", deffs = FALSE)
}

# Change between two years in which the same firms answered: units are clusters of the stacked file.
gr <- read("grunfeld")
gr <- gr[gr$year %in% c(1935, 1954), ]
d <- svydesign(id = ~firm, strata = ~stratum, fpc = ~firms, data = gr, nest = TRUE,
               weights = ~I(firms / ave(as.numeric(factor(firm)), stratum, year, FUN = length)))
for (item in c("invest", "value")) for (kind in c("mean", "total")) {
  f <- as.formula(paste0("~", item))
  both <- svyby(f, ~year, d, if (kind == "mean") svymean else svytotal, covmat = TRUE)
  change <- svycontrast(both, c(-1, 1))
  note("grunfeld", kind, item, estimate = coef(change), se = SE(change), covariance = vcov(both)[1, 2])
}

# Response propensities of NHANES and the R-indicator of Shlomo, Skinner and Schouten (2012).
for (v in c("race", "age", "sex")) nh[[v]] <- factor(nh[[v]])
m <- glm(measured ~ race + age + sex, quasibinomial(), weights = weight / mean(weight), data = nh,
         control = list(epsilon = 1e-14, maxit = 100))
rho <- fitted(m); w <- nh$weight; big_n <- sum(w); mean_rho <- sum(w * rho) / big_n
s2 <- sum(w * (rho - mean_rho)^2) / (big_n - 1)
x <- model.matrix(m); z <- rho * (1 - rho) * x; v <- solve(t(x) %*% (x * (w / mean(w) * rho * (1 - rho))))
chance <- (sum(w * rowSums((z %*% v) * z)) - drop(t(colSums(w * z)) %*% v %*% colSums(w * z)) / big_n) / big_n
note("nhanes_response", "R", "", estimate = 1 - 2 * sqrt(s2))
note("nhanes_response", "R_adjusted", "", estimate = 1 - 2 * sqrt(max(0, s2 - chance)))
note("nhanes_response", "cv", "", estimate = sqrt(s2) / mean_rho)
note("nhanes_response", "response_rate", "", estimate = sum(w * nh$measured) / big_n)
for (variable in c("race", "age", "sex")) {
  held <- tapply(w, nh[[variable]], sum)
  gap <- sqrt(held / big_n) * (tapply(w * rho, nh[[variable]], sum) / held - mean_rho)
  for (level in names(gap)) note("nhanes_response", "partial", variable, category = level, estimate = gap[[level]])
}

table <- do.call(rbind, out)
for (name in setdiff(names(table), c("run", "statistic", "of", "category", "over", "ci", "by")))
  table[[name]] <- ifelse(is.na(table[[name]]), "", trimws(formatC(table[[name]], digits = 17, format = "g")))
table$at <- sub("000000000.*", "", table$at)
write.csv(table, "oracle.csv", row.names = FALSE, quote = TRUE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), nrow(table), "numbers\n")

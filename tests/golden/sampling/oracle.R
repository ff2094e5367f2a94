# Numbers of R's survey package that the tests compare with. Run in this folder:
#   Rscript oracle.R
# It reads sample.csv and writes oracle.csv. The tests need neither R nor this file.
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "fail")

sample <- read.csv("sample.csv", stringsAsFactors = FALSE)
out <- list()
note <- function(design, statistic, of, domain, estimate, se = NA, lci = NA, uci = NA, df = NA, deff = NA) {
  out[[length(out) + 1]] <<- data.frame(
    design, statistic, of, domain,
    estimate = drop_names(estimate), se = drop_names(se), lci = drop_names(lci), uci = drop_names(uci),
    df = drop_names(df), deff = drop_names(deff)
  )
}
drop_names <- function(x) as.numeric(unname(x))

# Mean, total, ratio and proportion of one domain, rows with a missing value left out first.
describe <- function(label, design, domain) {
  for (item in c("y", "x", "b", "c")) {
    known <- subset(design, !is.na(design$variables[[item]]))
    df <- degf(known)
    f <- as.formula(paste0("~", item))
    for (kind in c("mean", "total")) {
      m <- if (kind == "mean") svymean(f, known, deff = TRUE) else svytotal(f, known, deff = TRUE)
      ci <- confint(m, df = df)
      note(label, kind, item, domain, coef(m), SE(m), ci[1], ci[2], df, deff(m))
    }
    if (item %in% c("b", "c")) {
      for (method in c("mean", "xlogit", "beta")) {
        p <- svyciprop(f, known, method = method, df = df)
        ci <- attr(p, "ci")
        note(label, paste0("proportion_", method), item, domain, p, sqrt(attr(p, "var")), ci[1], ci[2], df)
      }
    }
  }
  known <- subset(design, !is.na(y))
  r <- svyratio(~y, ~x, known, deff = TRUE)
  ci <- confint(r, df = degf(known))
  note(label, "ratio", "y/x", domain, coef(r), SE(r), ci[1], ci[2], degf(known), deff(r))
}

everywhere <- function(label, design) {
  describe(label, design, "all")
  for (r in c("north", "south", "west")) describe(label, subset(design, region == r), r)
}

plain <- svydesign(id = ~1, strata = ~stratum, weights = ~w, fpc = ~pop, data = sample)
everywhere("fpc", plain)
without_single <- sample[sample$stratum != "E", ]
everywhere("no_fpc", svydesign(id = ~1, strata = ~stratum, weights = ~w, data = without_single))
everywhere("clusters", svydesign(id = ~psu, strata = ~stratum, weights = ~w, fpc = ~pop_psu, data = sample))

# Stratum F cut to one unit of sixty: the rules for a lonely unit.
lonely_data <- sample[sample$stratum != "F" | sample$id == min(sample$id[sample$stratum == "F"]), ]
lonely <- svydesign(id = ~1, strata = ~stratum, weights = ~w, fpc = ~pop, data = lonely_data)
for (rule in c("adjust", "average", "remove")) {
  options(survey.lonely.psu = rule)
  m <- svymean(~x, lonely)
  note(paste0("lonely_", rule), "mean", "x", "all", coef(m), SE(m))
  t <- svytotal(~x, lonely)
  if (rule != "adjust") note(paste0("lonely_", rule), "total", "x", "all", coef(t), SE(t))
}
options(survey.lonely.psu = "fail")

# Difference of two domains of one sample.
means <- svyby(~x, ~kind, plain, svymean, covmat = TRUE)
gap <- svycontrast(means, c(1, -1))
note("fpc", "difference", "x", "PB-VCO", coef(gap), SE(gap))

# Quantiles.
for (r in c("all", "north", "south", "west")) {
  part <- if (r == "all") plain else subset(plain, region == r)
  for (item in c("x", "y")) {
    known <- subset(part, !is.na(part$variables[[item]]))
    q <- svyquantile(as.formula(paste0("~", item)), known, c(0.1, 0.25, 0.5, 0.75), df = degf(known), qrule = "math")
    ci <- confint(q)
    for (k in 1:4) {
      note("fpc", paste0("quantile_", c(0.1, 0.25, 0.5, 0.75)[k]), item, r, coef(q)[k], SE(q)[k], ci[k, 1], ci[k, 2], degf(known))
    }
  }
}

# Calibration: weights, and estimates after it.
regions <- c(north = 325, south = 250, west = 238)

x_total <- 13500
margins <- c(`(Intercept)` = 813, regionsouth = 250, regionwest = 238, kindVCO = 643)
with_x <- c(margins, x = x_total)
calibrated <- list(
  post = calibrate(plain, ~region, margins[1:3], calfun = "linear"),
  linear = calibrate(plain, ~region + kind + x, with_x, calfun = "linear", epsilon = 1e-12),
  raking = calibrate(plain, ~region + kind, margins, calfun = "raking", epsilon = 1e-12),
  logit = calibrate(plain, ~region + kind + x, with_x, calfun = "logit", bounds = c(0.5, 1.7), epsilon = 1e-12)
)
by_region <- data.frame(region = names(regions), Freq = regions)
post <- postStratify(plain, ~region, by_region)
stopifnot(max(abs(weights(post) / weights(calibrated$post) - 1)) < 1e-10)
for (method in names(calibrated)) {
  design <- calibrated[[method]]
  note(paste0("cal_", method), "total", "x", "all", coef(svytotal(~x, design)), SE(svytotal(~x, design)))
  note(paste0("cal_", method), "mean", "b", "all", coef(svymean(~b, design)), SE(svymean(~b, design)))
  part <- subset(design, kind == "PB")
  note(paste0("cal_", method), "mean", "y", "PB", coef(svymean(~y, part, na.rm = TRUE)), SE(svymean(~y, part, na.rm = TRUE)))
  part <- subset(design, region == "south")
  note(paste0("cal_", method), "proportion_xlogit", "b", "south", coef(svymean(~b, part)), SE(svymean(~b, part)))
}
weighted <- data.frame(
  id = sample$id, lapply(calibrated, weights), trimmed = weights(trimWeights(plain, upper = 13, lower = 2, strict = TRUE))
)
weighted[-1] <- lapply(weighted[-1], function(v) trimws(formatC(v, digits = 17, format = "g")))
write.csv(weighted, "oracle_weights.csv", row.names = FALSE, quote = FALSE)

# Continuous Neyman sizes, 60 units, no bound binding.
sd <- tapply(sample$x, sample$stratum, sd)
pop <- tapply(sample$pop, sample$stratum, max)
for (h in c("A", "B", "F")) {
  note("neyman", "allocation", h, "all", 60 * pop[h] * sd[h] / sum((pop * sd)[c("A", "B", "F")]))
}

# Response propensities: b taken as response, logit on kind and size; R-indicator without and with adjustment.
sample$size <- ifelse(sample$stratum %in% c("A", "B"), "small", "large")
model <- glm(b ~ kind + size, quasibinomial(), weights = w / mean(w), data = sample, control = list(epsilon = 1e-14))
rho <- fitted(model)
d <- sample$w
big_n <- sum(d)
s2 <- sum(d * (rho - sum(d * rho) / big_n)^2) / (big_n - 1)
x <- model.matrix(model)
z <- rho * (1 - rho) * x
v <- solve(t(x) %*% (x * (d / mean(d) * rho * (1 - rho))))
bias <- (sum(d * rowSums((z %*% v) * z)) - drop(t(colSums(d * z)) %*% v %*% colSums(d * z)) / big_n) / big_n
note("representativity", "S", "kind+size", "all", sqrt(s2))
note("representativity", "R_adjusted", "kind+size", "all", 1 - 2 * sqrt(max(0, s2 - bias)))
note("representativity", "mean_propensity", "kind+size", "all", sum(d * rho) / big_n)

table <- do.call(rbind, out)
numbers <- c("estimate", "se", "lci", "uci", "df", "deff")
table[numbers] <- lapply(table[numbers], function(v) ifelse(is.na(v), "", trimws(formatC(v, digits = 17, format = "g"))))
write.csv(table, "oracle.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), nrow(table), "numbers\n")

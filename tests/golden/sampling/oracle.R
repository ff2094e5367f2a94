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

table <- do.call(rbind, out)
numbers <- c("estimate", "se", "lci", "uci", "df", "deff")
table[numbers] <- lapply(table[numbers], function(v) ifelse(is.na(v), "", trimws(formatC(v, digits = 17, format = "g"))))
write.csv(table, "oracle.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), nrow(table), "numbers\n")

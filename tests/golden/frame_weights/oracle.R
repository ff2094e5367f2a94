# Numbers of R's survey package that the tests compare with. Run in this folder, after prepare.py:
#   Rscript oracle.R
# It reads resolved.csv and totals.csv and writes oracle.csv and oracle_weights.csv.
suppressMessages(library(survey))
options(digits = 17, survey.lonely.psu = "fail")

rows <- read.csv("resolved.csv", stringsAsFactors = FALSE)
totals <- read.csv("totals.csv", stringsAsFactors = FALSE)
size <- function(margin) with(totals[totals$margin == margin, ], setNames(size, level))
regions <- size("frame_region")
groups <- size("frame_group")
# Who has no answer is outside every domain; a number must stand there all the same.
rows$answered <- !is.na(rows$y)
rows$y[!rows$answered] <- 0
rows$b[!rows$answered] <- 0
rows$frame_region <- factor(rows$frame_region, names(regions))
rows$frame_group <- factor(rows$frame_group, names(groups))

plain <- svydesign(id = ~1, strata = ~cell, weights = ~base, fpc = ~cell_size, data = rows)
# The margins share the total of each sector, so one level of each sector is left out of the second.
x <- cbind(model.matrix(~ 0 + frame_region, rows), model.matrix(~ 0 + frame_group, rows))
known <- c(regions, groups)
keep <- qr(x)$pivot[seq_len(qr(x)$rank)]
columns <- paste0("x", seq_along(keep))
plain$variables[columns] <- x[, keep]
formula <- as.formula(paste("~ 0 +", paste(columns, collapse = " + ")))
population <- setNames(known[keep], columns)
fitted <- calibrate(plain, formula, population, calfun = "logit", bounds = c(0.3, 3), epsilon = 1e-12, maxit = 200)
write.csv(data.frame(weight = formatC(weights(fitted), digits = 17, format = "g")), "oracle_weights.csv", row.names = FALSE, quote = FALSE)

out <- list()
note <- function(statistic, of, sector, region, m) {
  out[[length(out) + 1]] <<- data.frame(statistic, of, sector, region, estimate = unname(coef(m)), se = unname(SE(m))[1])
}
for (item in c("y", "b")) {
  f <- as.formula(paste0("~", item))
  known_rows <- subset(fitted, answered)
  note("mean", item, "", "", svymean(f, known_rows))
  for (s in unique(rows$sector)) {
    part <- subset(known_rows, sector == s)
    note("mean", item, s, "", svymean(f, part))
    for (r in unique(rows$region)) note("mean", item, s, r, svymean(f, subset(part, region == r)))
  }
  totals_of <- update(fitted, n1 = answered * (sector == "public_body"), n2 = answered * (sector == "vco"))
  totals_of$variables$t1 <- totals_of$variables[[item]] * totals_of$variables$n1
  totals_of$variables$t2 <- totals_of$variables[[item]] * totals_of$variables$n2
  note("difference", item, "", "", svycontrast(svytotal(~ t1 + n1 + t2 + n2, totals_of), quote(t1 / n1 - t2 / n2)))
}
table <- do.call(rbind, out)
for (n in c("estimate", "se")) table[[n]] <- trimws(formatC(table[[n]], digits = 17, format = "g"))
write.csv(table, "oracle.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), nrow(table), "numbers\n")

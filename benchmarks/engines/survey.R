# One task in R's survey package: Rscript survey.R TASK FOLDER REPEATS; prints first, best, before, peak, check.
suppressPackageStartupMessages(library(survey))
args <- commandArgs(trailingOnly = TRUE)
task <- args[1]
repeats <- as.integer(args[3])

read <- function(path) {
  size <- file.size(path)
  if (grepl("f8$", path)) readBin(path, "double", size / 8) else readBin(path, "integer", size / 4)
}
paths <- list.files(args[2], pattern = "\\.(i4|f8)$", full.names = TRUE)
people <- as.data.frame(setNames(lapply(paths, read), sub("\\..*$", "", basename(paths))))
for (name in c("district", "group")) people[[name]] <- factor(people[[name]])
people$score <- factor(people$score, ordered = TRUE)

memory <- function(key) {
  line <- grep(paste0("^", key), tryCatch(readLines("/proc/self/status"), error = function(e) ""), value = TRUE)
  if (length(line)) as.numeric(gsub("[^0-9]", "", line)) / 1024 else NaN
}
errors <- function(found) sum(as.matrix(SE(found)))
items <- grep("^item", names(people), value = TRUE)
tasks <- list(
  table = function(d) errors(svyby(~good, ~ district + group, d, svymean)),
  battery = function(d) errors(svyby(reformulate(items), ~ district + group, d, svymean)),
  rao_scott = function(d) unname(svychisq(~ group + score, d, statistic = "F")$statistic),
  logistic = function(d) sum(sqrt(diag(vcov(svyglm(good ~ district + group + model, d, family = quasibinomial()))))),
  ordinal = function(d) sum(sqrt(diag(vcov(svyolr(score ~ district + group + model, d)))))
)
invisible(gc())
tryCatch(cat("5", file = "/proc/self/clear_refs"), error = function(e) NULL)
before <- memory("VmRSS")
start <- proc.time()[["elapsed"]]
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = people)
once <- system.time(check <- tasks[[task]](design))[["elapsed"]]
first <- proc.time()[["elapsed"]] - start
times <- c(once, vapply(seq_len(repeats), function(i) system.time(tasks[[task]](design))[["elapsed"]], 0))
cat(sprintf('{"first": %.6f, "best": %.6f, "before": %.1f, "peak": %.1f, "check": %.12g}\n',
            first, min(times), before, memory("VmHWM"), check))

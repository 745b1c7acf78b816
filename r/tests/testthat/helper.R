# A map of three groups, in two of which features go together.
made_values <- function() {
  set.seed(1)
  values <- matrix(rnorm(180 * 12), 180, 12, dimnames = list(paste0("cell-", 1:180), paste0("GENE", 0:11)))
  values[1:60, 1:4] <- values[1:60, 1:4] + 2 * rnorm(60)
  values[61:120, 5:8] <- values[61:120, 5:8] + 2 * rnorm(60)
  values
}

made_map <- function() {
  set.seed(2)
  centers <- cbind(rep(c(0, 8, 0), each = 60), rep(c(0, 0, 8), each = 60))
  map <- centers + rnorm(360)
  dimnames(map) <- list(paste0("cell-", 1:180), c("x", "y"))
  map
}

quick <- list(modules = 3, locality_size = 30, draws = 0, trust = FALSE)
quick_explain <- function(...) suppressWarnings(do.call(explain, c(list(...), quick)))

has_engine <- function() !inherits(try(find_engine(), silent = TRUE), "try-error")

skip_without_engine <- function() testthat::skip_if_not(has_engine(), "no whymap on this machine")

# The command line itself on a CSV file of the same values.
command_line <- function(folder, ...) {
  engine <- find_engine()
  old <- setwd(folder)
  on.exit(setwd(old))
  status <- system2(engine$node, c(shQuote(engine$main), ...), stdout = FALSE, stderr = FALSE)
  testthat::expect_identical(status, 0L)
}

write_table <- function(values, path) {
  text <- cbind(id = rownames(values), format(as.data.frame(values), digits = 17, trim = TRUE))
  write.csv(text, path, row.names = FALSE, quote = FALSE)
}

same_files <- function(explanation, folder) {
  for (name in c("modules.csv", "pairs.csv", "presence.csv", "localities.csv", "members.npy")) {
    path <- file.path(folder, name)
    testthat::expect_identical(explanation$files[[name]], readBin(path, "raw", file.size(path)), label = name)
  }
}

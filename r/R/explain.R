explain <- function(x, embedding = "UMAP", ..., label = NULL, assay = NULL, normalize = NULL) {
  job <- job_folder()
  on.exit(unlink(job, recursive = TRUE))
  options <- named_options(...)
  # log-transformed values may be whole numbers by chance; counts are for the person to name
  given <- if (is.null(normalize) && !holds_counts(x)) "none" else normalize
  argv <- c("explain", hand_over(job, x, embedding, label, assay, given, options$within), flags_of(options),
            "--out", "result")
  run_engine(argv, job)
  found <- read_result(file.path(job, "result"), "whymap_explanation")
  tell_warnings(found$summary$data$warnings)
  found
}

audit <- function(x, embedding = "UMAP", ..., label = NULL, assay = NULL, normalize = NULL) {
  job <- job_folder()
  on.exit(unlink(job, recursive = TRUE))
  given <- if (is.null(normalize) && !holds_counts(x)) "none" else normalize
  argv <- c("audit", hand_over(job, x, embedding, label, assay, given), flags_of(named_options(...)), "--out", "result")
  run_engine(argv, job)
  found <- read_result(file.path(job, "result"), "whymap_audit")
  tell_warnings(found$summary$warnings)
  found
}

embed <- function(x, method = "umap", ..., assay = NULL, normalize = NULL) {
  job <- job_folder()
  on.exit(unlink(job, recursive = TRUE))
  given <- if (is.null(normalize) && !holds_counts(x)) "none" else normalize
  options <- c(list(method = method), named_options(...))
  argv <- c("embed", hand_over(job, x, NULL, NULL, assay, given), flags_of(options), "--out", "made.csv", "--json")
  summary <- jsonlite::fromJSON(run_engine(argv, job), simplifyVector = FALSE)
  tell_warnings(summary$warnings)
  made <- read.csv(file.path(job, "made.csv"), colClasses = c(id = "character"), check.names = FALSE)
  values <- as.matrix(made[-1])
  dimnames(values) <- list(made$id, paste0(toupper(method), seq_len(ncol(values))))
  values
}

named_options <- function(...) {
  options <- list(...)
  if (length(options) > 0 && (is.null(names(options)) || any(names(options) == ""))) {
    refuse("an option without a name", "options by name, such as locality_size = 40", "name it")
  }
  options
}

# Experiments may hold counts: there the engine asks. A matrix or data frame is taken as it is, as on the command line.
holds_counts <- function(x) is(x, "SummarizedExperiment") || inherits(x, "Seurat")

tell_warnings <- function(found) {
  for (one in found) {
    if (!identical(one$code, "joined-by-id")) warning(one$message, call. = FALSE)
  }
}

read_result <- function(folder, class) {
  mark <- if (class == "whymap_audit") "audit.json" else "summary.json"
  if (!file.exists(file.path(folder, mark))) {
    refuse(paste("no", mark, "at", folder), "a folder that whymap wrote", "correct the path", "whymap_format_error")
  }
  names <- list.files(folder)
  files <- setNames(lapply(names, function(name) {
    path <- file.path(folder, name)
    readBin(path, "raw", file.size(path))
  }), names)
  table <- function(name, texts) {
    read <- read.csv(text = rawToChar(files[[name]]), check.names = FALSE, encoding = "UTF-8",
                     colClasses = setNames(rep("character", length(texts)), texts))
    # texts that a spreadsheet would run as formulas have an apostrophe before them
    for (column in texts) read[[column]] <- sub("^'('*[=+@\t\r-].)", "\\1", read[[column]])
    read
  }
  found <- list(summary = jsonlite::fromJSON(rawToChar(files[[mark]]), simplifyVector = FALSE), files = files)
  if (class == "whymap_audit") {
    found$pointwise <- table("pointwise.csv", "sample")
    found$verdict <- vapply(found$summary$verdict, function(one) one$text, character(1))
  } else {
    found$loadings <- table("modules.csv", c("module", "feature", "verdict"))
    found$pairs <- table("pairs.csv", c("module", "feature_a", "feature_b"))
    presence <- table("presence.csv", "sample")
    found$presence <- as.matrix(presence[-1])
    rownames(found$presence) <- presence$sample
    # labels and levels of the metadata stay texts, whatever they look like
    header <- names(read.csv(text = rawToChar(files[["localities.csv"]]), check.names = FALSE, nrows = 1))
    found$localities <- table("localities.csv", unique(grep("^label$|_level$", header, value = TRUE)))
    found$modules <- modules_of(found$summary)
  }
  structure(found, class = class)
}

modules_of <- function(summary) {
  or_na <- function(value) if (is.null(value)) NA else value
  rows <- lapply(summary$modules, function(module) {
    features <- vapply(module$topFeatures, function(top) top$feature, character(1))
    data.frame(module = module$id, label = module$label, features = paste(features, collapse = ", "),
               share = module$share, present_samples = or_na(module$presentSamples),
               p_adjusted = or_na(module$significance$pAdjusted), significant = or_na(module$significance$significant),
               trust = or_na(module$trust))
  })
  do.call(rbind, rows)
}

print.whymap_explanation <- function(x, ...) {
  data <- x$summary$data
  cat("Explanation of", data$rows, "samples x", data$features, "features,", nrow(x$modules), "modules\n")
  for (i in seq_len(nrow(x$modules))) {
    features <- strsplit(x$modules$features[i], ", ", fixed = TRUE)[[1]]
    more <- if (length(features) > 5) paste(" and", length(features) - 5, "more") else ""
    cat(sprintf("  %-4s %5.1f%%  %s%s\n", x$modules$module[i], 100 * x$modules$share[i],
                paste(head(features, 5), collapse = ", "), more))
  }
  invisible(x)
}

summary.whymap_explanation <- function(object, ...) object$summary

print.whymap_audit <- function(x, ...) {
  cat("Audit of", x$summary$rows, "samples, neighborhoods of", x$summary$k, "\n")
  for (text in x$verdict) cat(strwrap(text, indent = 2, exdent = 4), sep = "\n")
  invisible(x)
}

save_explanation <- function(explanation, path) {
  dir.create(path, recursive = TRUE, showWarnings = FALSE)
  for (name in names(explanation$files)) writeBin(explanation$files[[name]], file.path(path, name))
  invisible(path)
}

load_explanation <- function(path) read_result(path, "whymap_explanation")

view <- function(explanation, browse = interactive()) {
  path <- tempfile("whymap-", fileext = ".html")
  writeBin(explanation$files[["report.html"]], path)
  if (browse) browseURL(path)
  invisible(path)
}

query <- function(explanation, region, other = NULL) {
  job <- job_folder()
  on.exit(unlink(job, recursive = TRUE))
  dir.create(file.path(job, "explanation"))
  writeBin(explanation$files[["explanation.whymap"]], file.path(job, "explanation", "explanation.whymap"))
  argv <- c("query", "explanation", "--region", region_of(explanation, region))
  if (!is.null(other)) argv <- c(argv, "--and", region_of(explanation, other))
  said <- jsonlite::fromJSON(run_engine(c(argv, "--format", "json"), job), simplifyVector = FALSE)
  table <- read.csv(text = run_engine(c(argv, "--format", "csv"), job), check.names = FALSE)
  structure(list(sentences = unlist(said$sentences), table = table), class = "whymap_answer")
}

print.whymap_answer <- function(x, ...) {
  cat(x$sentences, sep = "\n")
  invisible(x)
}

# A text, or samples as positions from 1, logicals or names.
region_of <- function(explanation, region) {
  samples <- rownames(explanation$presence)
  if (is.character(region) && length(region) == 1 && grepl("^[a-z]+:", region)) return(region)
  rows <- if (is.logical(region)) which(region) else if (is.character(region)) match(region, samples) else region
  if (length(rows) == 0 || anyNA(rows) || any(rows < 1 | rows > length(samples))) {
    refuse("samples that are not in the explanation", paste("positions from 1 to", length(samples), "or sample names"),
           "correct them")
  }
  paste0("rows:", paste(format(rows - 1, scientific = FALSE, trim = TRUE), collapse = ","))
}

explained_by <- function(explanation, module) {
  explanation$loadings[explanation$loadings$module == module, c("feature", "loading")]
}

add_to <- function(explanation, x, name = "whymap") {
  samples <- colnames(x)
  at <- match(samples, rownames(explanation$presence))
  if (all(is.na(at))) {
    refuse("samples of which none is in the explanation", "the data that were explained", "give these", "whymap_format_error")
  }
  presence <- explanation$presence[at, , drop = FALSE]
  rownames(presence) <- samples
  columns <- setNames(as.data.frame(presence), paste0(name, "_", colnames(presence)))
  if (is(x, "SingleCellExperiment")) {
    SingleCellExperiment::reducedDim(x, name) <- presence
    data <- SummarizedExperiment::colData(x)
    for (column in names(columns)) data[[column]] <- columns[[column]]
    SummarizedExperiment::colData(x) <- data
    return(x)
  }
  if (inherits(x, "Seurat")) {
    for (column in names(columns)) x[[column]] <- columns[[column]]
    return(x)
  }
  refuse(paste("an object of class", class(x)[1]), "a SingleCellExperiment or Seurat object", "use explanation$presence")
}

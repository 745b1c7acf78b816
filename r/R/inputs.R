# From the objects that people hold to one list: values (features x samples, sparse, or samples x features, dense),
# ids, names, embeddings, metadata.

inputs_of <- function(x, assay = NULL) {
  if (is(x, "SingleCellExperiment") || is(x, "SummarizedExperiment")) return(inputs_of_experiment(x, assay))
  if (inherits(x, "Seurat")) return(inputs_of_seurat(x, assay))
  if (!is.null(assay)) refuse(paste("assay", assay, "with", class(x)[1]), "no assay", "leave it out")
  if (is.data.frame(x)) return(inputs_of_frame(x))
  if (is(x, "Matrix")) {
    return(list(columns = as(as(Matrix::t(x), "CsparseMatrix"), "dMatrix"), ids = rownames(x), names = colnames(x)))
  }
  if (is.matrix(x) && (is.numeric(x) || is.logical(x))) {
    storage.mode(x) <- "double"
    return(list(dense = x, ids = rownames(x), names = colnames(x)))
  }
  refuse(paste("data of class", class(x)[1]),
         "a SingleCellExperiment, Seurat, matrix (samples in rows), sparse Matrix or data frame", "convert it first")
}

# In Bioconductor and Seurat features are rows and samples are columns.
inputs_of_experiment <- function(x, assay) {
  assays <- SummarizedExperiment::assayNames(x)
  if (is.null(assay)) assay <- if ("logcounts" %in% assays) "logcounts" else assays[1]
  if (!assay %in% assays) {
    refuse(paste("the assay", assay), paste("one of", paste(assays, collapse = ", ")), "name one of these")
  }
  found <- by_features(SummarizedExperiment::assay(x, assay), colnames(x), rownames(x))
  found$metadata <- as.data.frame(SummarizedExperiment::colData(x))
  if (is(x, "SingleCellExperiment")) {
    found$embeddings <- as.list(SingleCellExperiment::reducedDims(x))
  }
  found
}

inputs_of_seurat <- function(x, assay) {
  get <- function(name) getExportedValue("SeuratObject", name)
  assay <- if (is.null(assay)) get("DefaultAssay")(x) else assay
  values <- get("GetAssayData")(x[[assay]], "data")
  found <- by_features(values, colnames(values), rownames(values))
  found$metadata <- x[[]]
  found$embeddings <- lapply(setNames(nm = get("Reductions")(x)), function(name) get("Embeddings")(x[[name]]))
  found
}

by_features <- function(values, ids, names) {
  if (is(values, "sparseMatrix")) {
    columns <- as(as(as(values, "generalMatrix"), "CsparseMatrix"), "dMatrix")
    return(list(columns = columns, ids = ids, names = names))
  }
  values <- t(as.matrix(values))
  storage.mode(values) <- "double"
  list(dense = values, ids = ids, names = names)
}

inputs_of_frame <- function(x) {
  numbers <- vapply(x, function(column) is.numeric(column) || is.logical(column), logical(1))
  values <- as.matrix(x[numbers])
  storage.mode(values) <- "double"
  automatic <- .row_names_info(x) < 0
  list(dense = values, ids = if (automatic) NULL else rownames(x), names = names(x)[numbers],
       metadata = x[!numbers], left_out = names(x)[!numbers])
}

# Writes what was found as a store, with the columns of the metadata that options name; returns the arguments for the engine.
hand_over <- function(job, x, embedding, label = NULL, assay = NULL, normalize = NULL, columns = NULL) {
  found <- inputs_of(x, assay)
  count <- if (is.null(found$columns)) nrow(found$dense) else ncol(found$columns)
  width <- if (is.null(found$columns)) ncol(found$dense) else nrow(found$columns)
  ids <- if (is.null(found$ids)) as.character(seq_len(count) - 1) else found$ids
  names <- if (is.null(found$names)) paste0("f", seq_len(width) - 1) else found$names
  folder <- file.path(job, "data.zarr")
  labels <- label_of(label, found$metadata, count)
  metadata <- metadata_of(columns, found$metadata)
  store_group(folder, "", list(`encoding-type` = "anndata", `encoding-version` = "0.1.0"))
  store_frame(folder, "obs", ids, c(if (!is.null(labels)) "label", names(metadata)))
  store_frame(folder, "var", names)
  store_group(folder, "obsm", list(`encoding-type` = "dict", `encoding-version` = "0.1.0"))
  if (is.null(found$columns)) store_dense(folder, "X", found$dense) else store_sparse(folder, "X", found$columns)
  if (!is.null(labels)) store_categories(folder, file.path("obs", "label"), labels)
  for (name in names(metadata)) store_categories(folder, file.path("obs", name), metadata[[name]])
  if (length(found$left_out) > 0) {
    warning("columns without numbers are no features: ", paste(found$left_out, collapse = ", "), call. = FALSE)
  }
  arguments <- c(if (!is.null(labels)) c("--label", "label"),
                 "--normalize"[!is.null(normalize)], normalize)
  if (is.null(embedding)) return(c("data.zarr", arguments))
  c("data.zarr", arguments, hand_embedding(job, folder, embedding, found, ids, count))
}

# The columns of the metadata with these names, as texts; the label goes over on its own, by that name.
metadata_of <- function(names, metadata) {
  names <- setdiff(unlist(strsplit(as.character(names), ",", fixed = TRUE)), "label")
  unknown <- setdiff(names, names(metadata))
  if (length(unknown) > 0) {
    refuse(paste("within", paste(unknown, collapse = ", ")),
           if (length(metadata)) paste("columns of the metadata:", paste(utils::head(names(metadata), 8), collapse = ", "))
           else "data with metadata", "spell it as in the data")
  }
  lapply(setNames(nm = names), function(name) as.character(metadata[[name]]))
}

label_of <- function(label, metadata, count) {
  if (is.null(label)) return(NULL)
  if (length(label) == 1 && label %in% names(metadata)) return(as.character(metadata[[label]]))
  if (length(label) == count && count > 1) return(as.character(label))
  refuse(paste0("the label ", paste(utils::head(label, 3), collapse = ", ")),
         paste("a column of the metadata, or one label for each of", count, "samples"),
         if (length(metadata)) paste("name one of", paste(utils::head(names(metadata), 8), collapse = ", ")) else "correct it")
}

hand_embedding <- function(job, folder, embedding, found, ids, count) {
  if (is.character(embedding) && length(embedding) == 1) {
    known <- names(found$embeddings)
    key <- known[match(tolower(embedding), tolower(known))]
    if (length(key) != 1 || is.na(key)) {
      refuse(paste("the embedding", embedding),
             if (length(known)) paste("one of", paste(known, collapse = ", ")) else "coordinates, since the data have none",
             "name one of these, or give a matrix")
    }
    embedding <- found$embeddings[[key]]
  }
  coordinates <- as.matrix(embedding)
  storage.mode(coordinates) <- "double"
  theirs <- if (is.data.frame(embedding) && .row_names_info(embedding) < 0) NULL else rownames(embedding)
  if (is.null(theirs) || is.null(found$ids)) {
    if (nrow(coordinates) != count) {
      refuse(paste(count, "samples and", nrow(coordinates), "rows of the embedding"),
             "the same samples in the same order, or the same row names in both",
             "give an embedding of the same samples", "whymap_shape_error")
    }
    store_dense(folder, file.path("obsm", "embedding"), coordinates)
    return(c("--embedding", "embedding"))
  }
  # another order, or other samples: the engine joins by name
  other <- file.path(job, "embedding.zarr")
  store_group(other, "", list(`encoding-type` = "anndata", `encoding-version` = "0.1.0"))
  store_frame(other, "obs", theirs)
  store_group(other, "obsm", list(`encoding-type` = "dict", `encoding-version` = "0.1.0"))
  store_dense(other, file.path("obsm", "embedding"), coordinates)
  c("--embedding", "embedding.zarr", "--embedding-key", "embedding")
}

# Named values as flags: locality_size = 40 becomes --locality-size 40.
flags_of <- function(options) {
  unlist(lapply(names(options), function(name) {
    value <- options[[name]]
    flag <- paste0("--", gsub("_", "-", name, fixed = TRUE))
    if (is.null(value)) return(NULL)
    if (is.logical(value)) {
      if (name %in% c("trust", "header")) return(c(flag, if (value) "yes" else "no"))
      return(if (value) flag)
    }
    if (length(value) == 2 && is.numeric(value)) return(c(flag, paste(value, collapse = "x")))
    c(flag, if (is.numeric(value)) format(value, digits = 17, scientific = FALSE, trim = TRUE) else paste(value, collapse = ","))
  }))
}

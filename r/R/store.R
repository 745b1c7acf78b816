# Matrices as files that the engine reads: a Zarr store (version 2, uncompressed) laid out like AnnData. Numbers as bytes.

BLOCK <- 2^20

write_json <- function(value, path) {
  writeLines(jsonlite::toJSON(value, auto_unbox = TRUE, null = "null", digits = NA), path, useBytes = TRUE)
}

store_group <- function(folder, path, attributes) {
  full <- file.path(folder, path)
  dir.create(full, recursive = TRUE, showWarnings = FALSE)
  write_json(list(zarr_format = 2), file.path(full, ".zgroup"))
  write_json(attributes, file.path(full, ".zattrs"))
}

# `bytes_of(from, to)` gives the bytes of rows from to to, in row order.
store_array <- function(folder, path, shape, dtype, width_bytes, bytes_of, encoding, fill) {
  full <- file.path(folder, path)
  dir.create(full, recursive = TRUE, showWarnings = FALSE)
  width <- if (length(shape) > 1) max(1, prod(shape[-1])) else 1
  rows <- max(1, min(shape[1], floor(BLOCK / width)))
  write_json(list(zarr_format = 2, shape = as.list(shape), chunks = as.list(c(rows, pmax(1, shape[-1]))), dtype = dtype,
                  compressor = NULL, filters = NULL, fill_value = fill, order = "C"), file.path(full, ".zarray"))
  write_json(list(`encoding-type` = encoding, `encoding-version` = "0.2.0"), file.path(full, ".zattrs"))
  if (prod(shape) == 0) return(invisible())
  starts <- seq(1, shape[1], by = rows)
  for (i in seq_along(starts)) {
    to <- min(shape[1], starts[i] + rows - 1)
    name <- paste(c(i - 1, rep(0, length(shape) - 1)), collapse = ".")
    connection <- file(file.path(full, name), "wb")
    writeBin(bytes_of(starts[i], to), connection)
    missing_rows <- rows - (to - starts[i] + 1)
    if (missing_rows > 0) writeBin(raw(missing_rows * width * width_bytes), connection)
    close(connection)
  }
}

doubles <- function(values) writeBin(as.double(values), raw(), endian = "little")
integers <- function(values) writeBin(as.integer(values), raw(), endian = "little")

store_vector <- function(folder, path, values) {
  if (is.integer(values)) {
    store_array(folder, path, length(values), "<i4", 4, function(a, b) integers(values[a:b]), "array", 0)
  } else {
    store_array(folder, path, length(values), "<f8", 8, function(a, b) doubles(values[a:b]), "array", 0)
  }
}

store_texts <- function(folder, path, texts) {
  texts <- enc2utf8(as.character(texts))
  codes <- lapply(texts, utf8ToInt)
  longest <- max(1, lengths(codes))
  bytes_of <- function(a, b) {
    padded <- vapply(codes[a:b], function(code) c(code, integer(longest - length(code))), integer(longest))
    integers(padded)
  }
  store_array(folder, path, length(texts), paste0("<U", longest), 4 * longest, bytes_of, "string-array", "")
}

store_frame <- function(folder, path, index, columns = character()) {
  store_group(folder, path, list(`encoding-type` = "dataframe", `encoding-version` = "0.2.0", `_index` = "_index",
                                 `column-order` = as.list(columns)))
  store_texts(folder, file.path(path, "_index"), index)
}

store_categories <- function(folder, path, values) {
  values <- factor(values)
  store_group(folder, path, list(`encoding-type` = "categorical", `encoding-version` = "0.2.0", ordered = FALSE))
  codes <- as.integer(values) - 1L
  codes[is.na(codes)] <- -1L
  store_vector(folder, file.path(path, "codes"), codes)
  store_texts(folder, file.path(path, "categories"), levels(values))
}

# samples x features, dense
store_dense <- function(folder, path, values) {
  store_array(folder, path, dim(values), "<f8", 8,
              function(a, b) doubles(t(values[a:b, , drop = FALSE])), "array", 0)
}

# features x samples in compressed columns: the rows of samples x features, as they lie
store_sparse <- function(folder, path, columns) {
  store_group(folder, path, list(`encoding-type` = "csr_matrix", `encoding-version` = "0.1.0",
                                 shape = as.list(rev(dim(columns)))))
  store_vector(folder, file.path(path, "data"), columns@x)
  store_vector(folder, file.path(path, "indices"), columns@i)
  store_vector(folder, file.path(path, "indptr"), columns@p)
}

column_name <- function(name) gsub("/", "|", name, fixed = TRUE)

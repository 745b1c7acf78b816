test_that("matrices, sparse matrices, data frames and experiments give what the command line gives", {
  skip_without_engine()
  folder <- tempfile()
  dir.create(folder)
  values <- made_values()
  values[abs(values) < 0.3] <- 0
  write_table(values, file.path(folder, "x.csv"))
  write_table(made_map(), file.path(folder, "map.csv"))
  command_line(folder, "explain", "x.csv", "-e", "map.csv", "-m", "3", "-n", "30", "--draws", "0", "--trust", "no",
               "-o", "result")
  result <- file.path(folder, "result")
  same_files(quick_explain(values, made_map()), result)
  same_files(quick_explain(Matrix::Matrix(values, sparse = TRUE), made_map()), result)
  same_files(quick_explain(as.data.frame(values), made_map()), result)
  # another order is joined by name
  same_files(quick_explain(values, made_map()[180:1, ]), result)
})

test_that("a SingleCellExperiment: presence comes back as reducedDim and colData", {
  skip_without_engine()
  skip_if_not_installed("SingleCellExperiment")
  values <- made_values()
  for (sparse in c(FALSE, TRUE)) {
    logcounts <- if (sparse) Matrix::Matrix(t(values), sparse = TRUE) else t(values)
    sce <- SingleCellExperiment::SingleCellExperiment(
      assays = list(logcounts = logcounts),
      colData = S4Vectors::DataFrame(group = rep(c("T cell", "B cell", "monocyte"), each = 60), donor = rep(c("a", "b"), 90)),
      reducedDims = list(UMAP = made_map())
    )
    explanation <- quick_explain(sce, "umap", label = "group")
    same <- quick_explain(values, made_map())
    expect_identical(explanation$files[["presence.csv"]], same$files[["presence.csv"]])
    sce <- add_to(explanation, sce)
    expect_identical(SingleCellExperiment::reducedDim(sce, "whymap"), explanation$presence)
    expect_identical(sce$whymap_M2, unname(explanation$presence[, "M2"]))
    expect_match(query(explanation, "label:T cell")$sentences[1], "60 samples")
    inside <- quick_explain(sce, "umap", within = "donor")
    expect_identical(unlist(inside$summary$options$within), "donor")
    expect_error(quick_explain(sce, "umap", within = "donr"), "donor", class = "whymap_option_error")
    part <- add_to(explanation, sce[, 1:10])
    expect_identical(SingleCellExperiment::reducedDim(part, "whymap"), explanation$presence[1:10, , drop = FALSE])
  }
})

test_that("a Seurat object: presence comes back as columns of its metadata", {
  skip_without_engine()
  skip_if_not_installed("SeuratObject")
  values <- made_values()
  counts <- Matrix::Matrix(round(exp(t(values))), sparse = TRUE)
  object <- suppressWarnings(SeuratObject::CreateSeuratObject(counts, meta.data = data.frame(
    group = rep(c("T cell", "B cell", "monocyte"), each = 60), row.names = colnames(counts)
  )))
  # the layer that has been normalized, as NormalizeData leaves it
  object <- SeuratObject::SetAssayData(object, "data", Matrix::Matrix(t(values), sparse = TRUE))
  map <- made_map()
  colnames(map) <- c("UMAP_1", "UMAP_2")
  object[["umap"]] <- SeuratObject::CreateDimReducObject(map, key = "UMAP_", assay = "RNA")
  explanation <- quick_explain(object, "umap", label = "group")
  same <- quick_explain(values, made_map())
  expect_identical(explanation$files[["presence.csv"]], same$files[["presence.csv"]])
  object <- add_to(explanation, object)
  expect_identical(unname(object$whymap_M2), unname(explanation$presence[, "M2"]))
  expect_match(query(explanation, "label:T cell")$sentences[1], "60 samples")
  expect_error(quick_explain(object, "tsne"), "umap", class = "whymap_option_error")
})

test_that("counts must be named for what they are", {
  skip_without_engine()
  skip_if_not_installed("SingleCellExperiment")
  counts <- matrix(rpois(180 * 12, 3), 12, 180, dimnames = list(paste0("g", 1:12), paste0("c", 1:180)))
  map <- made_map()
  rownames(map) <- NULL
  sce <- SingleCellExperiment::SingleCellExperiment(assays = list(counts = counts), reducedDims = list(UMAP = map))
  expect_error(quick_explain(sce), "counts", class = "whymap_option_error")
  expect_true(nrow(quick_explain(sce, normalize = "log1p-cp10k")$presence) == 180)
  expect_error(quick_explain(sce, assay = "logcounts"), "counts", class = "whymap_option_error")
  expect_error(quick_explain(sce, "TSNE"), "UMAP", class = "whymap_option_error")
})

test_that("what is wrong is said with got, expected and remedy, and nothing is left behind", {
  skip_without_engine()
  before <- list.files(tempdir(), pattern = "^whymap-")
  values <- made_values()
  error <- tryCatch(explain(values, made_map(), modules = 0), error = identity)
  expect_s3_class(error, "whymap_option_error")
  expect_match(error$got, "modules")
  expect_no_match(conditionMessage(error), "--")
  expect_error(explain(values, made_map()[1:5, ], 3), class = "whymap_option_error")
  expect_error(explain(values, unname(made_map())[1:5, ]), "180 samples and 5 rows", class = "whymap_shape_error")
  expect_error(explain(replace(values, 7, NA), made_map()), class = "whymap_format_error")
  expect_error(explain(list(1), made_map()), "class list", class = "whymap_option_error")
  expect_identical(list.files(tempdir(), pattern = "^whymap-"), before)
})

test_that("results are saved, read, shown and asked", {
  skip_without_engine()
  explanation <- quick_explain(made_values(), made_map())
  folder <- tempfile()
  save_explanation(explanation, folder)
  again <- load_explanation(folder)
  expect_identical(again$files, explanation$files)
  expect_identical(again$presence, explanation$presence)
  expect_output(print(explanation), "180 samples x 12 features, [23] modules")
  expect_true(all(paste0("GENE", 4:7) %in% unlist(lapply(explanation$modules$module, function(module) {
    explained_by(explanation, module)$feature
  }))))
  expect_match(readLines(view(explanation, browse = FALSE), n = 1), "<!")
  by_rows <- query(explanation, 1:60)
  expect_identical(by_rows$table, query(explanation, paste0("cell-", 1:60))$table)
  expect_identical(by_rows$table, query(explanation, rep(c(TRUE, FALSE), c(60, 120)))$table)
  expect_error(query(explanation, 181), class = "whymap_option_error")
})

test_that("labels of localities stay texts, whatever they look like", {
  skip_without_engine()
  explanation <- quick_explain(made_values(), made_map(), label = rep(c("T", "01", "TRUE"), each = 60))
  localities <- explanation$localities
  expect_identical(sort(unique(localities$label)), sort(c("T", "01", "TRUE")))
  expect_equal(localities$label_share, localities$label_samples / 30, tolerance = 1e-6)
})

test_that("embed and audit", {
  skip_without_engine()
  made <- embed(made_values(), "pca", dimensions = 3)
  expect_identical(dimnames(made), list(paste0("cell-", 1:180), c("PCA1", "PCA2", "PCA3")))
  expect_equal(abs(cor(made[, 1], prcomp(made_values())$x[, 1])), 1, tolerance = 1e-4)
  judged <- suppressWarnings(audit(made_values(), made_map()))
  expect_identical(nrow(judged$pointwise), 180L)
  expect_output(print(judged), "Audit of 180 samples")
})

test_that("a long selection and texts of any script arrive whole", {
  skip_without_engine()
  values <- made_values()
  rownames(values) <- paste0("Zelle-\u00e4\u4e2d-", 1:180)
  map <- made_map()
  rownames(map) <- rownames(values)
  explanation <- quick_explain(values, map, label = rep(c("\u03b1", "b", NA), each = 60))
  expect_identical(rownames(explanation$presence), rownames(values))
  expect_match(query(explanation, "label:\u03b1")$sentences[1], "60 samples")
  expect_identical(query(explanation, rep(1:60, 8000))$table, query(explanation, 1:60)$table)
})

test_that("an old Node.js, none, and a crash are told apart", {
  skip_on_os("windows")
  fake <- function(version, then) {
    path <- tempfile("node")
    writeLines(c("#!/bin/sh", sprintf('if [ "$1" = "--version" ]; then echo %s; exit 0; fi', version), then), path)
    Sys.chmod(path, "755")
    path
  }
  main <- tempfile(fileext = ".js")
  file.create(main)
  with_engine <- function(node, code) {
    old <- Sys.getenv(c("WHYMAP_NODE", "WHYMAP_ENGINE"))
    on.exit(do.call(Sys.setenv, as.list(old)))
    Sys.setenv(WHYMAP_NODE = node, WHYMAP_ENGINE = main)
    force(code)
  }
  expect_error(with_engine(fake("v18.1.0", "exit 1"), find_engine()), "v18.1.0", class = "whymap_machine_error")
  expect_error(with_engine("/no/such/node", find_engine()), "Node.js 20", class = "whymap_machine_error")
  crash <- fake("v24.0.0", c("echo all is lost >&2", "exit 3"))
  expect_error(with_engine(crash, explain(made_values(), made_map())), "all is lost", class = "whymap_machine_error")
})

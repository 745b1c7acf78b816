test_that("the code of the page on R runs, block by block", {
  skip_without_engine()
  skip_if_not_installed("SingleCellExperiment")
  page <- file.path(dirname(find_engine()$main), "..", "..", "docs", "r.md")
  skip_if_not(file.exists(page), "not in the repository")
  lines <- readLines(page)
  fences <- grep("^```", lines)
  opening <- fences[c(TRUE, FALSE)]
  closing <- fences[c(FALSE, TRUE)]
  blocks <- which(lines[opening] == "```r")
  expect_gte(length(blocks), 2)
  folder <- tempfile()
  dir.create(folder)
  old <- setwd(folder)
  on.exit(setwd(old))
  suppressPackageStartupMessages(library(SingleCellExperiment))
  more <- matrix(rnorm(180 * 60), 180, 60, dimnames = list(NULL, paste0("MORE", 1:60)))
  where <- new.env()
  where$sce <- SingleCellExperiment(
    assays = list(logcounts = t(cbind(made_values(), more))),
    colData = S4Vectors::DataFrame(cell_type = rep(c("T cells", "B cells", "monocytes"), each = 60)),
    reducedDims = list(UMAP = made_map())
  )
  for (block in blocks) {
    code <- lines[(opening[block] + 1):(closing[block] - 1)]
    expect_error(suppressWarnings(eval(parse(text = code), where)), NA)
  }
  expect_true(file.exists(file.path("result", "report.html")))
})

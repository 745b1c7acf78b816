library(testthat)
library(whymap)

test_check("whymap")

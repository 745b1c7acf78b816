# Finds the engine and runs it: one process a call, in a temporary folder that is gone when the call returns.

#' @noRd
refuse <- function(got, expected, remedy, class = "whymap_option_error") {
  stop(structure(
    class = c(class, "whymap_error", "error", "condition"),
    list(message = paste0("got ", got, "; expected ", expected, "; ", remedy), call = NULL,
         got = got, expected = expected, remedy = remedy)
  ))
}

find_engine <- function() {
  node <- Sys.getenv("WHYMAP_NODE", Sys.which("node"))
  main <- Sys.getenv("WHYMAP_ENGINE", "")
  if (nzchar(main)) {
    if (!file.exists(main)) refuse(main, "the file dist/cli/main.js of whymap", "correct WHYMAP_ENGINE")
    return(list(node = checked_node(node), main = normalizePath(main)))
  }
  command <- Sys.which("whymap")
  if (nzchar(command) && nzchar(node)) {
    return(list(node = checked_node(node), main = normalizePath(command)))
  }
  from_python(node)
}

# The engine that the Python package carries, with its Node.js where there is no other.
from_python <- function(node) {
  python <- Sys.which(c("python3", "python"))
  code <- "import whymap._node as n, whymap._process as p; print(n.find_node()); print(p.PACKAGE / 'dist/cli/main.js')"
  for (program in python[nzchar(python)]) {
    found <- suppressWarnings(tryCatch(
      system2(program, c("-c", shQuote(code)), stdout = TRUE, stderr = FALSE),
      error = function(e) character()
    ))
    if (length(found) == 2 && file.exists(found[2])) return(list(node = found[1], main = found[2]))
  }
  refuse("no whymap on this machine", "the command line or the Python package",
         "pip install whymap, or npm install -g whymap, or set WHYMAP_ENGINE to its dist/cli/main.js",
         "whymap_machine_error")
}

checked_node <- function(node) {
  version <- suppressWarnings(tryCatch(system2(node, "--version", stdout = TRUE, stderr = FALSE),
                                       error = function(e) ""))
  major <- suppressWarnings(as.integer(sub("^v([0-9]+).*", "\\1", version[1])))
  if (length(major) != 1 || is.na(major) || major < 20) {
    refuse(paste("Node.js", if (nzchar(version[1])) version[1] else "that cannot be run"),
           "Node.js 20 or newer", "install it, or set WHYMAP_NODE", "whymap_machine_error")
  }
  unname(node)
}

# Runs the command line with `argv` in the folder `job` and returns what it writes on standard output.
run_engine <- function(argv, job) {
  engine <- find_engine()
  out <- file.path(job, "answer")
  messages <- file.path(job, "messages")
  # arguments by a file: a long selection would not fit a command line
  bridge <- system.file("bridge.mjs", package = "whymap")
  writeLines(jsonlite::toJSON(list(main = engine$main, argv = c(argv, "--messages", "json"), parent = Sys.getpid()),
                              auto_unbox = TRUE), file.path(job, "job.json"), useBytes = TRUE)
  old <- setwd(job)
  on.exit(setwd(old))
  status <- system2(engine$node, c(shQuote(bridge), shQuote(job)), stdout = out, stderr = messages)
  if (status != 0) stop_as_said(messages, status)
  readChar(out, file.size(out), useBytes = TRUE)
}

stop_as_said <- function(messages, status) {
  lines <- readLines(messages, warn = FALSE, encoding = "UTF-8")
  errors <- grep("^\\{\"message\":\"error\"", lines, value = TRUE)
  if (length(errors) == 0) {
    refuse(paste("an engine that ended with status", status), "an answer",
           paste(c("report it with these lines:", utils::tail(lines, 5)), collapse = "\n"), "whymap_machine_error")
  }
  said <- jsonlite::fromJSON(errors[length(errors)], simplifyVector = FALSE)
  parts <- if (is.null(said$keywords)) said else said$keywords
  refuse(parts$got, parts$expected, parts$remedy, paste0("whymap_", said$code, "_error"))
}

job_folder <- function() {
  folder <- tempfile("whymap-")
  dir.create(folder)
  normalizePath(folder)
}

// Preloaded (node --import): prints the process's peak memory and processor time as it ends, for whoever started it.
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const seconds = (userCPUTime + systemCPUTime) / 1e6;
  process.stderr.write(`\npeak ${JSON.stringify({ bytes: maxRSS * 1024, seconds })}\n`);
});

"""Workers as jobs of Slurm (dask-jobqueue), one on each node; then a command with their scheduler's address in SCHEDULER.

usage: bench/slurm-trial.sh python bench/slurm-jobs.py COMMAND...
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from dask_jobqueue import SLURMCluster
from distributed import Client

with SLURMCluster(
    queue="main",
    cores=1,
    processes=1,
    memory="1500MB",
    job_extra_directives=["--nodes=1", "--cpus-per-task=2", f"--output={os.devnull}"],
    job_cpu=2,
    walltime="00:20:00",
    local_directory=os.environ.get("TMPDIR", "/tmp"),
    scheduler_options={"dashboard_address": None},
) as cluster:
    start = time.monotonic()
    cluster.scale(jobs=2)
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=120)
        print(f"2 workers after {time.monotonic() - start:.1f} s")
        nodes = client.run(lambda: (os.environ["SLURMD_NODENAME"], os.environ["SLURM_JOB_ID"]))
        print(f"on {sorted(nodes.values())}")
        code = subprocess.run(
            sys.argv[1:], env={**os.environ, "SCHEDULER": cluster.scheduler_address}, check=False
        ).returncode
print(
    subprocess.run(["squeue", "-h"], capture_output=True, text=True, check=False).stdout or "no job is left"
)
raise SystemExit(code)

"""Rounds over two hosts while the cable of one is cut, for a short and for a long time: every answer is checked.

usage: DASK=bin-folder bench/hosts-trial.sh python bench/hosts-cut.py
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "python/tests"))
from coordinator import Coordinator

from distributed import Client

with Client(os.environ["SCHEDULER"], timeout=30) as client:
    client.wait_for_workers(2, timeout=60)
coordinator = Coordinator(os.environ["SCHEDULER"])
assert coordinator.hello()["ok"], "hello"
keys = [coordinator.specify(shard, bytes([shard]) * 100_000) for shard in range(4)]


def one_round(number: int, **header) -> float:
    start = time.monotonic()
    body = bytes([number % 256]) * 100_000
    answers = {}

    def ask(shard: int) -> None:
        answers[shard] = coordinator.ask(shard, keys[shard], body, **header)

    threads = [threading.Thread(target=ask, args=(shard,)) for shard in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    for shard, key in enumerate(keys):
        assert answers[shard].bytes[-32:] == coordinator.expected(key, body), "a wrong answer"
    return time.monotonic() - start


for number in range(5):
    print(f"round {number}: {one_round(number):.2f} s")
hosts = int(os.environ["HOSTS_PID"])
for seconds in map(float, sys.argv[1:] or ["8", "60"]):
    back = threading.Timer(seconds + 0.3, lambda: os.kill(hosts, signal.SIGUSR2))
    threading.Timer(0.3, lambda: os.kill(hosts, signal.SIGUSR1)).start()
    back.start()
    print(f"cut for {seconds:g} s in the middle of a round: {one_round(100, sleep=1):.1f} s")
    back.join()
    time.sleep(10)
    print(f"a round after it: {one_round(101):.2f} s; {coordinator.messages[-1]}")
print(f"exit code {coordinator.close()}, specifications given {coordinator.given}")

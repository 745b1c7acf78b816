#!/usr/bin/env bash
# Two "hosts" on this machine, as network namespaces: a worker of Dask on each, the scheduler outside. Runs a command with SCHEDULER
# set; `kill -USR1 $HOSTS_PID` cuts the second host's cable, `kill -USR2 $HOSTS_PID` plugs it in again.
#
# usage: DASK=bin-folder bench/hosts-trial.sh COMMAND...      (as root, with iproute2)
set -euo pipefail
dask=${DASK:+$DASK/}dask
memory=${WORKER_MEMORY:-1500MB}
work=$(mktemp -d)
started=()
end() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait || true
  for n in 1 2; do ip netns del "wmhost$n" 2>/dev/null || true; done
  ip link del wmswitch 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
trap 'echo "-- cable of host 2 cut"; ip link set wmcable2 down' USR1
trap 'echo "-- cable of host 2 plugged in"; ip link set wmcable2 up' USR2
ip link add wmswitch type bridge
ip addr add 10.213.7.1/24 dev wmswitch
ip link set wmswitch up
for n in 1 2; do
  ip netns add "wmhost$n"
  ip link add "wmcable$n" type veth peer name port netns "wmhost$n"
  ip link set "wmcable$n" master wmswitch up
  ip -n "wmhost$n" addr add "10.213.7.1$n/24" dev port
  ip -n "wmhost$n" link set port up
  ip -n "wmhost$n" link set lo up
done
"$dask" scheduler --host 10.213.7.1 --port 8786 --no-dashboard >"$work/scheduler.log" 2>&1 &
started+=($!)
for n in 1 2; do
  ip netns exec "wmhost$n" "$dask" worker tcp://10.213.7.1:8786 --nthreads 1 --memory-limit "$memory" --no-dashboard \
    --name "host$n" --local-directory "$work" >"$work/worker$n.log" 2>&1 &
  started+=($!)
done
export SCHEDULER=tcp://10.213.7.1:8786 HOSTS_PID=$$
"$@" &
command=$!
code=0
# a signal ends `wait` early: then it waits on
while kill -0 "$command" 2>/dev/null; do
  wait "$command" && code=0 || code=$?
done
[ "$code" = 0 ] || tail -n 15 "$work"/*.log
exit "$code"

#!/usr/bin/env bash
# Debian's Slurm on this machine with two node daemons, and Dask on it by dask-jobqueue: starts both, runs a command, ends all.
#
# usage: bench/slurm-trial.sh python bench/slurm-jobs.py [COMMAND...]     (as root; needs slurm-wlm and munge, and dask-jobqueue)
set -euo pipefail
work=$(mktemp -d)
host=$(hostname -s)
mkdir -p "$work"/{state,spool1,spool2}
export SLURM_CONF=$work/slurm.conf
cat >"$SLURM_CONF" <<CONF
ClusterName=trial
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=$work/state
SlurmctldPidFile=$work/slurmctld.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdPidFile=$work/slurmd-%n.pid
SlurmdLogFile=$work/slurmd-%n.log
SlurmdSpoolDir=$work/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MailProg=/bin/true
ReturnToService=2
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=16821 CPUs=2 RealMemory=4000
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=16822 CPUs=2 RealMemory=4000
PartitionName=main Nodes=node1,node2 Default=YES MaxTime=60 State=UP
CONF
started=()
end() {
  scancel --user=root 2>/dev/null || true
  sleep 1
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap end EXIT
begin() { "$@" >"$work/$(basename "$1")-${#started[@]}.out" 2>&1 & started+=($!); }
if ! munge -n >/dev/null 2>&1; then
  [ -f /etc/munge/munge.key ] || mungekey --create
  mkdir -p /run/munge && chown munge: /run/munge 2>/dev/null || true
  begin setpriv --reuid=munge --regid=munge --init-groups munged --foreground --force
  for _ in $(seq 50); do munge -n >/dev/null 2>&1 && break; sleep 0.1; done
fi
begin slurmctld -D -i
begin slurmd -D -N node1
begin slurmd -D -N node2
for _ in $(seq 100); do [ "$(sinfo -h -o %A 2>/dev/null)" = 0/2 ] && break; sleep 0.2; done
sinfo || { tail -n 20 "$work"/*.log "$work"/*.out; exit 1; }
"$@"

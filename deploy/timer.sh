#!/bin/sh
# What systemd's timers do, for a container: runs every four hours, letters every five minutes, daily issues at 06:30 UTC.
# One thing after the other, so that nothing overlaps; a failure is told in the log and tried again at the next turn.
set -u
ran=0
told=""
while true; do
    now=$(date +%s)
    if [ $((now - ran)) -ge 14400 ]; then
        ran=$now
        infopolicy run || echo "run ended with $?" >&2
        if [ -n "${INFOPOLICY_SMTP_HOST:-}" ]; then infopolicy digest deliver at-once || true; fi
        infopolicy alerts send || true
        infopolicy backup || echo "backup ended with $?" >&2
    fi
    if [ -n "${INFOPOLICY_SMTP_HOST:-}" ]; then
        infopolicy --quiet digest letters || true
        today=$(date -u +%F)
        if [ "$(date -u +%H%M)" -ge 0630 ] && [ "$told" != "$today" ]; then
            told=$today
            infopolicy --quiet digest deliver daily --patience 60 || true
        fi
    fi
    sleep 300 &
    wait $!
done

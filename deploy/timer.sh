#!/bin/sh
# What systemd's timers do, for a container: runs every four hours, letters, notices, and webhooks every five minutes,
# daily issues and the morning's notices at 06:30 UTC, and a dump each day from 03:40 UTC on.
# One thing after the other, so that nothing overlaps; a failure is told in the log and tried again at the next turn.
# When it is stopped, a run is told to end (the next one goes on there), mail or a backup under way is finished, no more is begun.
set -u
ran=0
told=""
dumped=""
running=""
stopped=""
trap 'stopped=yes; [ -z "$running" ] || kill -s TERM -- "-$running" 2>/dev/null' TERM INT

infopolicy() {
    [ -n "$stopped" ] || command infopolicy "$@"
}

while [ -z "$stopped" ]; do
    now=$(date +%s)
    # A clock that was ahead and is right again: the last run was not in the future.
    if [ $((now - ran)) -ge 14400 ] || [ "$now" -lt "$ran" ]; then
        ran=$now
        # With its processes in a group of its own: all of them are told to end, and nothing else is.
        setsid infopolicy --quiet run &
        running=$!
        wait "$running" || echo "run ended with $?" >&2
        while kill -s 0 -- "-$running" 2>/dev/null; do sleep 1; done
        running=""
        if [ -n "${INFOPOLICY_SMTP_HOST:-}" ]; then infopolicy --quiet digest deliver at-once || true; fi
        infopolicy --quiet alerts send || true
        infopolicy --quiet backup || echo "backup ended with $?" >&2
    fi
    if [ -n "${INFOPOLICY_SMTP_HOST:-}" ]; then infopolicy --quiet digest letters || true; fi
    infopolicy --quiet notices || true
    infopolicy --quiet webhooks send || true
    [ ! -e "${INFOPOLICY_DATA:-data}/models/train.request" ] || infopolicy --quiet train --requested || true
    today=$(date -u +%F)
    if [ "$(date -u +%H%M)" -ge 0630 ] && [ "$told" != "$today" ]; then
        told=$today
        infopolicy --quiet notices --morning || true
        if [ -n "${INFOPOLICY_SMTP_HOST:-}" ]; then
            infopolicy --quiet digest deliver daily --patience 60 || true
            infopolicy --quiet digest deliver weekly --patience 60 || true
        fi
    fi
    today=$(date -u +%F)
    if [ "$(date -u +%H%M)" -ge 0340 ] && [ "$dumped" != "$today" ]; then
        dumped=$today
        infopolicy --quiet export --all || echo "export ended with $?" >&2
    fi
    [ -n "$stopped" ] || { sleep 300 & wait $!; }
done

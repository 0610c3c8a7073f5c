# A gate for the kill tests: notes what it looked at, so that a second look at the same files is seen.
files=$(git ls-files -co --exclude-standard | sort | while read -r file; do cksum "$file"; done | cksum)
echo "$files" >> "$GATE_LOG"
sleep "${GATE_SECONDS:-0.15}"
[ -z "$GATE_SLOW_FILE" ] || [ ! -e "$GATE_SLOW_FILE" ] || sleep 30
git rev-parse --verify -q HEAD > /dev/null

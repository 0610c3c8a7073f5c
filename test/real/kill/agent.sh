# A `command` agent for the kill tests: builds, merges or approves after a while that differs from story to story, and writes one
# line to AGENT_LOG when it starts and one when it is done.
cat > /dev/null
echo "start $STORYBOARD_STORY $STORYBOARD_PHASE $STORYBOARD_ATTEMPT $$" >> "$AGENT_LOG"
number=$(echo "$STORYBOARD_STORY" | sed 's/^[^-]*-\([0-9]*\).*/\1/')
sleep "${AGENT_SECONDS:-0.$((number % 6 + 2))}"
while [ -n "$AGENT_WAITS_FOR" ] && [ ! -e "$AGENT_WAITS_FOR" ]; do sleep 0.05; done
[ -z "$AGENT_FAILS" ] || exit 1
if [ -n "$AGENT_ASKS" ]; then echo "QUESTION: which colour?"; exit 0; fi
if [ "$STORYBOARD_PHASE" = VERIFY ]; then
  printf 'looked at %s\n\n```json\n{"verdict":"approved","findings":[]}\n```\n' "$STORYBOARD_STORY"
elif git rev-parse -q --verify MERGE_HEAD > /dev/null; then
  sed -i '/^[<=>|]\{7\}/d' index.txt
  git add -A && git commit -q --no-edit
else
  # Two stories that wait for the same one write to the same place.
  case "$STORYBOARD_STORY" in *-left | *-right) echo "$STORYBOARD_STORY" >> index.txt ;; esac
  mkdir -p src && echo "$STORYBOARD_STORY" > "src/$STORYBOARD_STORY.txt"
  [ -z "$STORYBOARD_STORY_FILE" ] || sed -i 's/\[ \]/[x]/' "$STORYBOARD_STORY_FILE"
  git add -A && git commit -q -m "feat(1-$number): build $STORYBOARD_STORY"
  echo "built $STORYBOARD_STORY"
fi
echo "end $STORYBOARD_STORY $STORYBOARD_PHASE $STORYBOARD_ATTEMPT $$" >> "$AGENT_LOG"

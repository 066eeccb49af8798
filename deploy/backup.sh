#!/bin/sh
# One backup of everything, one of the erase keys, and the rotation of both. Started by fortrolig-backup.timer.
#
# Everything stays for 30 days, the erase keys for 14 and no longer: an erased case is closed for good once the last
# erase keys from before are gone, here and wherever these files are copied to (docs/operations.md, Backups).
# A step that fails is told by the exit code, and the others are done all the same; nothing is rotated away then.
set -u
umask 077
recipients=${RECIPIENTS:-/etc/fortrolig/backup-recipients.txt}
folder=${BACKUPS:-/var/backups/fortrolig}
flask=${FLASK:-.venv/bin/flask}
now=$(date -u +%Y-%m-%dT%H%M%S)
failed=0

"$flask" --app wsgi backup --to-file "$recipients" "$folder/all-$now.age" || failed=1
"$flask" --app wsgi backup-erase-keys --to-file "$recipients" "$folder/erase-keys-$now.age" || failed=1

if [ "$failed" = 0 ]; then
  find "$folder" -maxdepth 1 -type f -name 'all-*.age' -mtime +29 -delete || failed=1
fi
# These go whatever happened: to keep them longer would undo what was promised to those whose case was erased.
find "$folder" -maxdepth 1 -type f -name 'erase-keys-*.age' -mtime +13 -delete || failed=1
exit "$failed"

# Runs a private PostgreSQL server until standard input closes. Arguments: the folder with PostgreSQL's programs.
# Prints `ready FOLDER` (the folder of its unix socket) or `failed REASON`.
# Whoever started this may die in any way: the end of standard input is what ends the server.
trap '' HUP INT TERM
export LC_ALL=C
programs=$1
# Short, because the path of a unix socket is limited to about a hundred bytes.
folder=$(mktemp -d /tmp/zetel-pg.XXXXXX) || { echo "failed no folder in /tmp"; exit 1; }
cd "$folder" || exit 1
fail() {
    echo "failed $1: $(tail -n 5 "$folder/log" | tr '\n' ' ')"
    rm -rf "$folder"
    exit 1
}
# An ICU locale sorts unlike bytes: a text column that forgot its collation shows in the tests.
"$programs/initdb" -D data -U zetel -A trust -E UTF8 --locale=C --locale-provider=icu --icu-locale=en-US -N \
    >log 2>&1 </dev/null || fail initdb
# The data lives as long as the tests: nothing has to reach the disk.
"$programs/pg_ctl" -D data -l log -w -t 60 -o "-k $folder -c listen_addresses= -c fsync=off -c max_connections=400" \
    start >>log 2>&1 </dev/null || fail start
echo "ready $folder"
cat >/dev/null
"$programs/pg_ctl" -D data -w -m immediate stop >>log 2>&1 </dev/null
rm -rf "$folder"

# Runs a private PostgreSQL server until standard input closes. Arguments: the folder with PostgreSQL's programs, and
# whether commits reach the disk (on, off).
# Prints `ready FOLDER` (the folder of its unix socket) or `failed REASON`. Then takes commands, a line each, and
# prints `done` after each: `kill` ends the server and all its processes at once, `start` starts it again.
# Whoever started this may die in any way: the end of standard input is what ends the server.
trap '' HUP INT TERM
export LC_ALL=C
programs=$1
fsync=$2
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
start() {
    "$programs/pg_ctl" -D data -l log -w -t 60 \
        -o "-k $folder -c listen_addresses= -c fsync=$fsync -c max_connections=400" start >>log 2>&1 </dev/null
}
is_alive() {
    case $(cat "/proc/$1/stat" 2>/dev/null) in
    '' | *') Z '*) return 1 ;;
    esac
}
kill_all() {
    server=$(head -n 1 data/postmaster.pid)
    all="$server $(cat "/proc/$server/task/$server/children")"
    # shellcheck disable=SC2086 -- several ids
    kill -9 $all 2>/dev/null
    for process in $all; do
        while is_alive "$process"; do sleep 0.01; done
    done
    # A process that nobody collected would count as a running server.
    rm -f data/postmaster.pid .s.PGSQL.5432*
}
start || fail start
echo "ready $folder"
while read -r command; do
    case $command in
    kill) kill_all && echo "done" ;;
    start) start && echo "done" || fail start ;;
    esac
done
"$programs/pg_ctl" -D data -w -m immediate stop >>log 2>&1 </dev/null
rm -rf "$folder"

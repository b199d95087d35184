# Runs a private PostgreSQL server with the durability that PostgreSQL has by default, until standard input closes.
# Arguments: the folder with PostgreSQL's programs, the folder on the disk that is measured.
# Prints `ready FOLDER` (the folder of its unix socket) or `failed REASON`.
trap '' HUP INT TERM
export LC_ALL=C
programs=$1
folder=$(mktemp -d "$2/zetel-pg.XXXXXX") || { echo "failed no folder in $2"; exit 1; }
cd "$folder" || exit 1
fail() {
    echo "failed $1: $(tail -n 5 "$folder/log" | tr '\n' ' ')"
    rm -rf "$folder"
    exit 1
}
"$programs/initdb" -D data -U zetel -A trust -E UTF8 --locale=C >log 2>&1 </dev/null || fail initdb
settings="-k $folder -c listen_addresses= -c fsync=on -c synchronous_commit=on -c shared_buffers=1GB -c max_wal_size=8GB"
"$programs/pg_ctl" -D data -l log -w -t 60 -o "$settings" start >>log 2>&1 </dev/null || fail start
echo "ready $folder"
cat >/dev/null
"$programs/pg_ctl" -D data -w -m immediate stop >>log 2>&1 </dev/null
rm -rf "$folder"

#!/bin/sh
# Make the passwords of docker-compose.production.yml in a folder; those that are there stay.
# The folder is a volume that only these containers have; each of them runs as a user of its own and must read its file.
set -eu
cd "$1"
umask 022

write() {  # write NAME: what comes in becomes that file, whole or not at all
    cat >"$1.new"
    mv "$1.new" "$1"
}

for name in postgres valkey; do
    # 32 bytes in hexadecimal: nothing in them means anything to an address, a shell or a configuration.
    [ -s "$name" ] || od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' | write "$name"
    [ -s "$name" ] || exit 1
done

write server.env <<END
DATABASE_URL=postgresql://tutoring:$(cat postgres)@postgres/tutoring
REDIS_URL=redis://:$(cat valkey)@valkey:6379/0
END

# Nothing is saved: what Valkey knows is made again.
write valkey.conf <<END
requirepass $(cat valkey)
save ""
appendonly no
END

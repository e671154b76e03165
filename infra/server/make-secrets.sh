#!/bin/sh
# Generate the passwords of docker-compose.production.yml in a folder; existing ones stay.
# The folder is a volume that only these containers mount; each container runs as a different user and must read its file.
set -eu
cd "$1"
umask 022

write() {  # write NAME: write standard input to that file, atomically
    cat >"$1.new"
    mv "$1.new" "$1"
}

for name in postgres valkey; do
    # 32 bytes in hexadecimal: no character is special in a URL, a shell or a configuration file.
    [ -s "$name" ] || od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' | write "$name"
    [ -s "$name" ] || exit 1
done

write server.env <<END
DATABASE_URL=postgresql://tutoring:$(cat postgres)@postgres/tutoring
REDIS_URL=redis://:$(cat valkey)@valkey:6379/0
END

# Nothing is persisted: Valkey's content can be rebuilt.
write valkey.conf <<END
requirepass $(cat valkey)
save ""
appendonly no
END

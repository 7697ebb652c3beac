# Looks at the network from inside a RUN step and prints lines `@gomod-probe KEY …`.
# POSIX sh; getent, bash or nc, and openssl are used where an image has them; Go always is there.
set +eu
unset CDPATH
PATH=$PATH:/usr/local/go/bin:/usr/lib/go/bin
here=$(mktemp -d 2>/dev/null) || exit 97
cd "$here" || exit 97
say() { printf '@gomod-probe %s\n' "$*"; }
# One line, short, no credentials of URLs: it goes into a log that others may read.
tidy() { tr -d '\r' | tr '\n\t' '  ' | sed 's#://[^/@ ]*@#://***@#g' | cut -c1-1500; }
limited() { if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift; "$@"; fi; }
uptime() { read -r up rest </proc/uptime && printf '%s' "$up"; }

name() {
  command -v getent >/dev/null 2>&1 || return 0
  begun=$(uptime)
  found=$(RES_OPTIONS='timeout:1 attempts:1' limited 3 getent ahosts "$1" 2>/dev/null)
  code=$?
  found=$(printf '%s\n' "$found" | sed 's/[[:space:]].*//' | sort -u | head -n 8 | tr '\n' ' ')
  say name "$1" "$code" "$begun" "$(uptime)" "$found"
}

tcp() {
  if command -v bash >/dev/null 2>&1; then
    error=$(limited 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1)
  elif command -v nc >/dev/null 2>&1; then
    error=$(limited 3 nc -z -w 3 "$1" "$2" 2>&1 </dev/null)
  else
    return 0
  fi
  code=$?
  # A BusyBox without `nc -z` explains itself: nothing was tried.
  case $error in *[Uu]sage:* | *PROG*) return 0 ;; esac
  say tcp "$1" "$2" "$code" "$(printf '%s' "$error" | tail -n 1 | tidy)"
}

# tls HOST PORT PROXY: who signed what is shown there; `-` is no proxy.
tls() {
  command -v openssl >/dev/null 2>&1 || return 0
  set -- "$1" "$2" "$3" -connect "$1:$2"
  if [ "$3" != - ]; then set -- "$@" -proxy "$3"; fi
  host=$1 port=$2
  shift 3
  case $host in *[!0-9.:]*) set -- "$@" -servername "$host" ;; esac
  seen=$(limited 3 openssl s_client "$@" </dev/null 2>&1)
  issuer=$(printf '%s\n' "$seen" | sed -n 's/^issuer= *//p' | head -n 1 | tidy)
  if [ -n "$issuer" ]; then say tls "$host" "$port" "$issuer"; fi
}

# mirror NUMBER URL: Go's own client, checked against go.sum, into a cache of its own.
mirror() {
  mkdir "$1" && cd "$1" || return 0
  mkdir home
  export HOME="$PWD/home" GOPATH="$PWD/path" GOMODCACHE="$PWD/modules" GOCACHE="$PWD/cache"
  export GOENV=off GOWORK=off GO111MODULE=on GOTOOLCHAIN=local GOFLAGS=-modcacherw
  export GOPRIVATE= GONOPROXY=none GONOSUMDB= GOPROXY="$2"
  for canary in $canaries; do
    printf 'module probe.invalid\n' >go.mod
    cp ../go.sum go.sum
    begun=$(uptime)
    limited "$limit" go mod download -x -json "$canary" >answer 2>trace
    code=$?
    say mirror "$1" "$code" "$begun" "$(uptime)" "$(tidy <answer)"
    say trace "$1" "$(sed -n 's/^# get //p' trace | tail -n 4 | tidy)"
    if [ "$code" = 0 ]; then return 0; fi
    # Another module only where this one is not known there.
    grep -Eq '40[34]|410|[Nn]ot [Ff]ound|[Gg]one' answer || return 0
  done
}

say begin "$(date +%s)"
say user "$(id -u)"
say disk "$(df -Pk . 2>/dev/null | tail -n 1 | awk '{print $4}' 2>/dev/null)"
if command -v go >/dev/null 2>&1; then say go "$(GOTOOLCHAIN=local go env GOVERSION 2>&1 | tidy)"; fi
device=
while read -r link to rest; do
  if [ "$to" = 00000000 ]; then device=$link; fi
done </proc/net/route
mtu=/sys/class/net/${device:-eth0}/mtu
if [ -r "$mtu" ]; then say mtu "${device:-eth0}" "$(cat "$mtu")"; fi
while read -r word rest || [ -n "$word" ]; do
  case $word in nameserver | search | domain) say resolv "$word" "$rest" ;; esac
done </etc/resolv.conf
for variable in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  eval "value=\${$variable:-}"
  if [ -n "$value" ]; then say proxy "$variable" "$(printf '%s' "$value" | tidy)"; fi
done

limit=$1 count=0 canaries=
shift
: >go.sum
while [ $# -gt 0 ]; do
  count=$((count + 1))
  case $1 in
    canary)
      canaries="$canaries $2@$3"
      printf '%s %s %s\n%s %s/go.mod %s\n' "$2" "$3" "$4" "$2" "$3" "$5" >>go.sum
      shift 5
      ;;
    name) (name "$2") >"out.$count" & shift 2 ;;
    tcp) (tcp "$2" "$3") >"out.$count" & shift 3 ;;
    tls) (tls "$2" "$3" "$4") >"out.$count" & shift 4 ;;
    mirror) (mirror "$2" "$3") >"out.$count" & shift 3 ;;
    *) break ;;
  esac
done
wait
cat out.* 2>/dev/null
say end "$(date +%s)"
cd / && rm -rf "$here"
# A step that fails is not kept: no image, no layer and no cache of it.
exit 42

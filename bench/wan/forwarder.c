/* Carries IP packets between two TUN devices in two network namespaces, each one late by half its
 * site's round-trip time: name look-up, TCP, TLS and HTTP then cost what they cost on a real way.
 *
 * usage: forwarder CLIENT_NETNS SERVERS_NETNS CONFIG
 *
 * Both arguments are files like /proc/PID/ns/net; the devices are `wan0` on either side. A site is
 * the last sixteen bits of its address. Lines of CONFIG, times in microseconds:
 *     seed NUMBER
 *     site NUMBER RTT JITTER SPIKE_PPM LOSS_PPM HOLE
 * JITTER is the mean of an exponential extra per round trip; SPIKE_PPM of the round trips wait 50 to
 * 500 ms more, as on a busy radio channel: what follows within a millisecond waits with it, and
 * nothing overtakes. LOSS_PPM is per packet and direction. HOLE swallows everything.
 *
 * Prints "ready". Ends when stdin does, and then prints one line of JSON: packets, lateness.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define SITES 65536
#define MTU_MOST 2048
#define FLIGHT_NS 1000000ull
#define BUCKETS 10000 /* of ten microseconds */

struct way {
	uint64_t seen, extra, due; /* the last packet in, what its flight waits, the last one out */
};
struct site {
	uint32_t rtt, jitter, spike, loss;
	uint8_t hole;
	struct way way[2];
};
struct packet {
	uint64_t due, number;
	int to, size;
	uint8_t *bytes;
};

static struct site sites[SITES];
static struct packet *heap;
static size_t held, room;
static uint64_t taken, given, dropped, late_sum, late_most, late[BUCKETS];
static uint64_t dice = 88172645463325252ull;

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static double chance(void) /* in (0, 1], xorshift64* */
{
	dice ^= dice >> 12;
	dice ^= dice << 25;
	dice ^= dice >> 27;
	return (double)(((dice * 2685821657736338717ull) >> 11) + 1) / 9007199254740993.0;
}

static int before(const struct packet *a, const struct packet *b)
{
	return a->due == b->due ? a->number < b->number : a->due < b->due;
}

static void put(struct packet p)
{
	size_t at = held++;
	if (held > room) {
		room = room ? room * 2 : 1024;
		heap = realloc(heap, room * sizeof *heap);
		if (!heap)
			exit(3);
	}
	for (; at && before(&p, &heap[(at - 1) / 2]); at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = p;
}

static struct packet take(void)
{
	struct packet first = heap[0], last = heap[--held];
	size_t at = 0;
	for (;;) {
		size_t next = 2 * at + 1;
		if (next >= held)
			break;
		if (next + 1 < held && before(&heap[next + 1], &heap[next]))
			next++;
		if (!before(&heap[next], &last))
			break;
		heap[at] = heap[next];
		at = next;
	}
	if (held)
		heap[at] = last;
	return first;
}

static int tun_in(const char *namespace)
{
	struct ifreq device = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int there = open(namespace, O_RDONLY | O_CLOEXEC), fd;
	if (there < 0 || setns(there, CLONE_NEWNET) < 0) {
		perror(namespace);
		exit(2);
	}
	close(there);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	strcpy(device.ifr_name, "wan0");
	if (fd < 0 || ioctl(fd, TUNSETIFF, &device) < 0) {
		perror("/dev/net/tun");
		exit(2);
	}
	return fd;
}

static void configure(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[200];
	if (!file) {
		perror(path);
		exit(2);
	}
	while (fgets(line, sizeof line, file)) {
		unsigned number, rtt, jitter, spike, loss, hole;
		unsigned long long seed;
		if (sscanf(line, "seed %llu", &seed) == 1)
			dice ^= seed * 0x9e3779b97f4a7c15ull;
		else if (sscanf(line, "site %u %u %u %u %u %u", &number, &rtt, &jitter, &spike, &loss, &hole) == 6 && number < SITES)
			sites[number] = (struct site){.rtt = rtt, .jitter = jitter, .spike = spike, .loss = loss, .hole = hole != 0};
	}
	fclose(file);
}

/* `to` 0: towards the servers, whose address is the destination; 1: back, it is the source. */
static void arrived(uint8_t *bytes, int size, int to)
{
	struct site *site;
	struct way *way;
	struct packet p;
	uint64_t at = now();
	int place = to == 0 ? 18 : 14; /* the last two bytes of either address, RFC 791 */
	taken++;
	if (size < 20 || bytes[0] >> 4 != 4) {
		dropped++;
		return;
	}
	site = &sites[bytes[place] << 8 | bytes[place + 1]];
	if (site->hole || (site->loss && chance() * 1e6 < site->loss)) {
		dropped++;
		return;
	}
	way = &site->way[to];
	if (at - way->seen > FLIGHT_NS) {
		way->extra = 0;
		if (site->jitter)
			way->extra += (uint64_t)(-log(chance()) * site->jitter * 500.0);
		if (site->spike && chance() * 2e6 < site->spike)
			way->extra += (uint64_t)((50.0 + 450.0 * chance()) * 1e6);
	}
	way->seen = at;
	p = (struct packet){.due = at + site->rtt * 500ull + way->extra, .number = taken, .to = to, .size = size};
	if (p.due < way->due)
		p.due = way->due;
	way->due = p.due;
	p.bytes = malloc((size_t)size);
	if (!p.bytes)
		exit(3);
	memcpy(p.bytes, bytes, (size_t)size);
	put(p);
}

static void report(void)
{
	uint64_t seen = 0, bucket = 0;
	while (bucket < BUCKETS - 1 && (seen += late[bucket]) * 100 < given * 99)
		bucket++;
	printf("{\"packets\": %llu, \"dropped\": %llu, \"late_mean_us\": %.1f, \"late_p99_us\": %llu, \"late_most_us\": %llu}\n",
	       (unsigned long long)taken, (unsigned long long)dropped, given ? (double)late_sum / (double)given : 0.0,
	       (unsigned long long)(bucket + 1) * 10, (unsigned long long)late_most);
}

int main(int argc, char **argv)
{
	struct pollfd ready[3];
	struct sched_param priority = {.sched_priority = 1};
	int tun[2];
	uint8_t bytes[MTU_MOST];
	if (argc != 4) {
		fprintf(stderr, "usage: forwarder CLIENT_NETNS SERVERS_NETNS CONFIG\n");
		return 2;
	}
	configure(argv[3]);
	tun[1] = tun_in(argv[1]); /* to the client */
	tun[0] = tun_in(argv[2]); /* to the servers */
	sched_setscheduler(0, SCHED_FIFO, &priority);
	prctl(PR_SET_TIMERSLACK, 1ul);
	puts("ready");
	fflush(stdout);
	ready[0] = (struct pollfd){.fd = tun[1], .events = POLLIN};
	ready[1] = (struct pollfd){.fd = tun[0], .events = POLLIN};
	ready[2] = (struct pollfd){.fd = 0, .events = POLLIN};
	for (;;) {
		uint64_t at = now();
		struct timespec wait, *until = NULL;
		while (held && heap[0].due <= at) {
			struct packet p = take();
			uint64_t behind = (at - p.due) / 1000;
			if (write(tun[p.to], p.bytes, (size_t)p.size) < 0)
				dropped++;
			free(p.bytes);
			given++;
			late_sum += behind;
			late[behind / 10 < BUCKETS ? behind / 10 : BUCKETS - 1]++;
			if (behind > late_most)
				late_most = behind;
			at = now();
		}
		if (held) {
			uint64_t left = heap[0].due - at;
			wait = (struct timespec){.tv_sec = (time_t)(left / 1000000000ull), .tv_nsec = (long)(left % 1000000000ull)};
			until = &wait;
		}
		if (ppoll(ready, 3, until, NULL) <= 0)
			continue;
		for (int from = 0; from < 2; from++)
			for (int most = 0; most < 64; most++) {
				int size = (int)read(ready[from].fd, bytes, sizeof bytes);
				if (size <= 0)
					break;
				arrived(bytes, size, from);
			}
		if (ready[2].revents && read(0, bytes, sizeof bytes) <= 0) {
			report();
			return 0;
		}
	}
}

// server.c: chapters 2 and 3 in C: one thread, poll, two buffers for each client.
//
//	cc -O2 -o server *.c && ./server --port 7000 [--maxkeys 10] [--bug NAME]
//
//	poll ─▶ a new client: accept
//	     ─▶ bytes:        behind those that are left in client.in
//	                      whole requests of it: parse ─▶ execute ─▶ reply behind client.out
//	     ─▶ room:         of client.out what the socket takes
//	     ─▶ every 100 ms: look at some keys, delete those that have expired
//
// The arguments of a request are places in client.in. They are good until the request is
// executed; what lives longer is copied.
//
// --bug plants one mistake: partial-argument, argument-ends-at-nul, one-buffer-for-all,
// value-is-not-copied, leaving-client-ends-all.

#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CLIENTS = 4096, MAX_ARGS = 1024, READ_SIZE = 16 << 10, MAX_BULK = 512 << 20 };

// ---- Clients, and what they are answered

struct client {
	int fd;
	bool closing; // once all of out is written
	struct buffer in, out;
};

static struct client *clients[MAX_CLIENTS];
static int client_count;
static struct buffer shared;

static struct buffer *input(struct client *c) { return bug("one-buffer-for-all") ? &shared : &c->in; }

static void reply(struct client *c, const char *format, ...) {
	char text[512];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	append(&c->out, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
	append(&c->out, "\r\n", 2);
}

static void reply_bulk(struct client *c, struct bytes b) {
	reply(c, "$%zu", b.len);
	append(&c->out, b.data, b.len);
	append(&c->out, "\r\n", 2);
}

// ---- Commands

static void ping(struct client *c, int argc, struct bytes *argv) {
	if (argc == 1)
		reply(c, "+PONG");
	else
		reply_bulk(c, argv[1]);
}

static void echo(struct client *c, int argc, struct bytes *argv) {
	(void)argc;
	reply_bulk(c, argv[1]);
}

static void get(struct client *c, int argc, struct bytes *argv) {
	(void)argc;
	struct entry **at = find(argv[1]);
	if (at)
		reply_bulk(c, (*at)->value);
	else
		reply(c, "$-1");
}

static void set(struct client *c, int argc, struct bytes *argv) {
	long long expires = 0, n;
	for (int i = 3; i < argc; i += 2) {
		bool seconds = is(argv[i], "EX");
		if ((!seconds && !is(argv[i], "PX")) || i + 1 == argc || expires) {
			reply(c, "-ERR syntax error");
			return;
		}
		if (!number(argv[i + 1], &n)) {
			reply(c, "-ERR value is not an integer or out of range");
			return;
		}
		if (n <= 0 || n > LLONG_MAX / 1000 - now_ms()) {
			reply(c, "-ERR invalid expire time in 'set' command");
			return;
		}
		expires = now_ms() + (seconds ? n * 1000 : n);
	}
	store(argv[1], argv[2], expires);
	reply(c, "+OK");
}

static void ttl(struct client *c, int argc, struct bytes *argv) {
	(void)argc;
	struct entry **at = find(argv[1]);
	if (!at)
		reply(c, ":-2");
	else if (!(*at)->expires)
		reply(c, ":-1");
	else
		reply(c, ":%lld", ((*at)->expires - now_ms() + 500) / 1000);
}

static void del(struct client *c, int argc, struct bytes *argv) {
	int deleted = 0;
	for (int i = 1; i < argc; i++) {
		struct entry **at = find(argv[i]);
		if (at) {
			delete_at(at);
			deleted++;
		}
	}
	reply(c, ":%d", deleted);
}

static void expire(struct client *c, int argc, struct bytes *argv) {
	(void)argc;
	long long n;
	if (!number(argv[2], &n)) {
		reply(c, "-ERR value is not an integer or out of range");
		return;
	}
	if (n > LLONG_MAX / 1000 - now_ms() || n < LLONG_MIN / 1000) {
		reply(c, "-ERR invalid expire time in 'expire' command");
		return;
	}
	struct entry **at = find(argv[1]);
	if (at && n <= 0)
		delete_at(at);
	else if (at)
		(*at)->expires = now_ms() + n * 1000;
	reply(c, at ? ":1" : ":0");
}

static const struct command {
	const char *name;
	void (*run)(struct client *, int argc, struct bytes *argv);
	int least, most; // words, with the name
} commands[] = {
	{"ping", ping, 1, 2},
	{"echo", echo, 2, 2},
	{"get", get, 2, 2},
	{"set", set, 3, MAX_ARGS},
	{"ttl", ttl, 2, 2},
	{"del", del, 2, MAX_ARGS},
	{"expire", expire, 3, 3},
};

static void execute(struct client *c, int argc, struct bytes *argv) {
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const struct command *cmd = &commands[i];
		if (!is(argv[0], cmd->name))
			continue;
		if (argc < cmd->least || argc > cmd->most)
			reply(c, "-ERR wrong number of arguments for '%s' command", cmd->name);
		else
			cmd->run(c, argc, argv);
		return;
	}
	struct buffer words = {0};
	for (int i = 1; i < argc && words.len < 128; i++) {
		append(&words, "'", 1);
		append(&words, argv[i].data, argv[i].len < 128 ? argv[i].len : 128);
		append(&words, "' ", 2);
	}
	reply(c, "-ERR unknown command '%.*s', with args beginning with: %.*s",
		(int)(argv[0].len < 128 ? argv[0].len : 128), argv[0].data, (int)words.len, words.data ? words.data : "");
	free(words.data);
}

// ---- Requests

enum { MALFORMED = -1, NOT_YET = 0 };

// read_length reads a line like "*2\r\n" or "$4\r\n" at *at, and moves *at behind it.
static int read_length(struct buffer *in, size_t *at, char kind, long long *n) {
	if (*at >= in->len)
		return NOT_YET;
	char *line = in->data + *at, *end = memchr(line, '\n', in->len - *at);
	if (line[0] != kind)
		return MALFORMED;
	if (!end)
		return in->len - *at > 32 ? MALFORMED : NOT_YET;
	if (end[-1] != '\r' || !number((struct bytes){line + 1, (size_t)(end - 2 - line)}, n))
		return MALFORMED;
	*at += (size_t)(end + 1 - line);
	return 1;
}

// parse finds a request at the front of in. It returns how many bytes that takes, NOT_YET
// or MALFORMED.
static long long parse(struct buffer *in, int *argc, struct bytes *argv) {
	size_t at = 0;
	long long count, len;
	int ok = read_length(in, &at, '*', &count);
	if (ok <= 0)
		return ok;
	if (count > MAX_ARGS)
		return MALFORMED;
	for (*argc = 0; *argc < count; (*argc)++) {
		if ((ok = read_length(in, &at, '$', &len)) <= 0)
			return ok;
		if (len < 0 || len > MAX_BULK)
			return MALFORMED;
		if (in->len - at < (size_t)len + 2) {
			if (!bug("partial-argument") || in->len == at)
				return NOT_YET;
			len = (long long)(in->len - at);
			argv[*argc] = (struct bytes){in->data + at, (size_t)len};
			at = in->len;
			continue;
		}
		argv[*argc] = (struct bytes){in->data + at, (size_t)len};
		at += (size_t)len + 2;
		if (memcmp(in->data + at - 2, "\r\n", 2) != 0)
			return MALFORMED;
		if (bug("argument-ends-at-nul"))
			argv[*argc].len = strnlen(argv[*argc].data, (size_t)len);
	}
	return (long long)at;
}

static void execute_all(struct client *c) {
	struct buffer *in = input(c);
	struct bytes argv[MAX_ARGS];
	int argc = 0;
	long long n;
	while (!c->closing && (n = parse(in, &argc, argv)) != NOT_YET) {
		if (n == MALFORMED) {
			reply(c, "-ERR Protocol error");
			c->closing = true;
			in->len = 0;
			return;
		}
		if (argc > 0)
			execute(c, argc, argv);
		drop_front(in, (size_t)n);
	}
}

// ---- The loop

static void receive(struct client *c) {
	struct buffer *in = input(c);
	make_room(in, READ_SIZE);
	ssize_t n = recv(c->fd, in->data + in->len, READ_SIZE, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 && bug("leaving-client-ends-all"))
		fail("recv");
	if (n <= 0) {
		c->closing = true;
		c->out.len = 0;
		return;
	}
	in->len += (size_t)n;
	execute_all(c);
}

static void transmit(struct client *c) {
	ssize_t n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
	if (n >= 0) {
		drop_front(&c->out, (size_t)n);
	} else if (errno != EAGAIN && errno != EINTR) {
		c->closing = true;
		c->out.len = 0;
	}
}

static void accept_client(int listener) {
	int fd = accept(listener, NULL, NULL);
	if (fd < 0)
		return;
	struct client *c = client_count < MAX_CLIENTS ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		close(fd);
		return;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	c->fd = fd;
	clients[client_count++] = c;
}

// remove_closed frees the clients that are through.
static void remove_closed(void) {
	int kept = 0;
	for (int i = 0; i < client_count; i++) {
		struct client *c = clients[i];
		if (!c->closing || c->out.len > 0) {
			clients[kept++] = c;
			continue;
		}
		close(c->fd);
		free(c->in.data);
		free(c->out.data);
		free(c);
	}
	client_count = kept;
}

static void serve(int listener) {
	static struct pollfd fds[MAX_CLIENTS + 1];
	long long cycle = now_ms();
	for (;;) {
		fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
		for (int i = 0; i < client_count; i++)
			fds[i + 1] = (struct pollfd){.fd = clients[i]->fd, .events = clients[i]->out.len > 0 ? POLLOUT : POLLIN};
		int polled = client_count;
		if (poll(fds, (nfds_t)polled + 1, 100) < 0 && errno != EINTR)
			fail("poll");
		for (int i = 0; i < polled; i++) {
			if (fds[i + 1].revents & ~POLLOUT)
				receive(clients[i]);
			if (clients[i]->out.len > 0)
				transmit(clients[i]);
		}
		remove_closed();
		if (fds[0].revents)
			accept_client(listener);
		if (now_ms() - cycle >= 100) {
			delete_expired();
			cycle = now_ms();
		}
	}
}

static int listen_on(int port) {
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
		fail("bind");
	if (listen(fd, 511) < 0)
		fail("listen");
	return fd;
}

int main(int argc, char **argv) {
	int port = 7000;
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 < argc && strcmp(argv[i], "--port") == 0) {
			port = atoi(argv[i + 1]);
		} else if (i + 1 < argc && strcmp(argv[i], "--maxkeys") == 0) {
			max_keys = atol(argv[i + 1]);
		} else if (i + 1 < argc && strcmp(argv[i], "--bug") == 0) {
			planted = argv[i + 1];
		} else {
			fprintf(stderr, "server: what is %s? usage: server [--port N] [--maxkeys N] [--bug NAME]\n", argv[i]);
			return 1;
		}
	}
	serve(listen_on(port));
}

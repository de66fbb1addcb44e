// bytes.c: see bytes.h.

#include "bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

const char *planted = "";

bool bug(const char *name) { return strcmp(planted, name) == 0; }

void fail(const char *what) {
	perror(what);
	exit(1);
}

long long now_ms(void) {
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void make_room(struct buffer *b, size_t more) {
	if (b->cap - b->len >= more)
		return;
	size_t cap = b->cap ? b->cap : 4096;
	while (cap - b->len < more)
		cap *= 2;
	if (!(b->data = realloc(b->data, cap)))
		fail("realloc");
	b->cap = cap;
}

void append(struct buffer *b, const void *data, size_t len) {
	if (len == 0)
		return;
	make_room(b, len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void drop_front(struct buffer *b, size_t n) {
	b->len -= n;
	if (b->len > 0)
		memmove(b->data, b->data + n, b->len);
}

struct bytes copy(struct bytes b) {
	char *data = malloc(b.len + 1);
	if (!data)
		fail("malloc");
	if (b.len > 0)
		memcpy(data, b.data, b.len);
	data[b.len] = 0;
	return (struct bytes){data, b.len};
}

bool equal(struct bytes a, struct bytes b) { return a.len == b.len && memcmp(a.data, b.data, a.len) == 0; }

bool is(struct bytes b, const char *word) { return b.len == strlen(word) && strncasecmp(b.data, word, b.len) == 0; }

bool number(struct bytes b, long long *n) {
	char text[24], *end;
	if (b.len == 0 || b.len >= sizeof text)
		return false;
	memcpy(text, b.data, b.len);
	text[b.len] = 0;
	if (text[0] != '-' && (text[0] < '0' || text[0] > '9'))
		return false;
	errno = 0;
	*n = strtoll(text, &end, 10);
	return errno == 0 && end == text + b.len;
}

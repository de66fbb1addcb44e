// bytes.h: bytes somewhere else, bytes of one's own, and what both need.

#include <stdbool.h>
#include <stddef.h>

extern const char *planted; // the mistake that --bug names

bool bug(const char *name);
void fail(const char *what); // says what errno means, and ends
long long now_ms(void);      // Unix time

struct bytes { // somewhere else
	const char *data;
	size_t len;
};

struct buffer { // of its own, and growing
	char *data;
	size_t len, cap;
};

void make_room(struct buffer *b, size_t more);
void append(struct buffer *b, const void *data, size_t len);
void drop_front(struct buffer *b, size_t n);

struct bytes copy(struct bytes b); // to be freed
bool equal(struct bytes a, struct bytes b);
bool is(struct bytes b, const char *word); // in any case
bool number(struct bytes b, long long *n); // all of it is an integer

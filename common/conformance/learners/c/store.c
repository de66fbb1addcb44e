// store.c: a hash table of chains. See store.h.

#include "store.h"

#include <limits.h>
#include <stdlib.h>

enum { BUCKETS = 1 << 14 };

static struct entry *table[BUCKETS];
static long keys;

long max_keys = LONG_MAX;

static struct entry **place(struct bytes key) {
	unsigned hash = 2166136261u;
	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.data[i]) * 16777619u;
	struct entry **at = &table[hash % BUCKETS];
	while (*at && !equal((*at)->key, key))
		at = &(*at)->next;
	return at;
}

static void forget_value(struct entry *e) {
	if (!bug("value-is-not-copied"))
		free((char *)e->value.data);
}

void delete_at(struct entry **at) {
	struct entry *e = *at;
	*at = e->next;
	forget_value(e);
	free((char *)e->key.data);
	free(e);
	keys--;
}

static bool expired(struct entry *e) { return e->expires && e->expires <= now_ms(); }

struct entry **find(struct bytes key) {
	struct entry **at = place(key);
	if (*at && expired(*at))
		delete_at(at);
	else if (*at)
		return at;
	return NULL;
}

// evict deletes the first key that it meets.
static void evict(void) {
	for (int i = 0; i < BUCKETS; i++)
		if (table[i]) {
			delete_at(&table[i]);
			return;
		}
}

void store(struct bytes key, struct bytes value, long long expires) {
	if (!bug("value-is-not-copied"))
		value = copy(value);
	struct entry **at = find(key), *e;
	if (at) {
		e = *at;
		forget_value(e);
	} else {
		while (keys >= max_keys)
			evict();
		at = place(key);
		if (!(e = calloc(1, sizeof *e)))
			fail("calloc");
		e->key = copy(key);
		*at = e;
		keys++;
	}
	e->value = value;
	e->expires = expires;
}

// delete_expired looks at a sixteenth of the table.
void delete_expired(void) {
	static int next;
	for (int n = 0; n < BUCKETS / 16; n++, next = (next + 1) % BUCKETS) {
		struct entry **at = &table[next];
		while (*at)
			if (expired(*at))
				delete_at(at);
			else
				at = &(*at)->next;
	}
}

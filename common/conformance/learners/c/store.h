// store.h: keys, their values, and when some of them end.

#include "bytes.h"

struct entry {
	struct bytes key, value;
	long long expires; // Unix time in ms; 0 is never
	struct entry *next;
};

extern long max_keys; // never more than these

struct entry **find(struct bytes key); // where a key's entry hangs; NULL if none lives
void store(struct bytes key, struct bytes value, long long expires);
void delete_at(struct entry **at);
void delete_expired(void); // in a part of the table, each time in the next one

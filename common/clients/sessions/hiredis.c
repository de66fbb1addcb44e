/* hiredis.c: the session of sessions/README.md, in hiredis: every request of the list, then
 * what takes more than one connection. */
#include <ctype.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int port;
static const char *password;

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static redisContext *dial(void) {
    struct timeval wait = {60, 0};
    redisContext *c = redisConnectWithTimeout("127.0.0.1", port, wait);
    if (!c || c->err) fail(c ? c->errstr : "no context");
    redisSetTimeout(c, wait);
    redisReply *r = redisCommand(c, "AUTH %s", password);
    if (!r || r->type == REDIS_REPLY_ERROR) fail(r ? r->str : c->errstr);
    freeReplyObject(r);
    return c;
}

/* text appends what a reply is to a string that grows. */
static void text(FILE *out, redisReply *r) {
    switch (r->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        fputs(r->type == REDIS_REPLY_ERROR ? "error(" : r->type == REDIS_REPLY_STATUS ? "status(" : "(", out);
        for (size_t i = 0; i < r->len; i++)
            fprintf(out, isprint((unsigned char)r->str[i]) ? "%c" : "\\x%02x", (unsigned char)r->str[i]);
        fputs(")", out);
        break;
    case REDIS_REPLY_INTEGER:
        fprintf(out, "%lld", r->integer);
        break;
    case REDIS_REPLY_NIL:
        fputs("nil", out);
        break;
    case REDIS_REPLY_ARRAY:
        fputs("[", out);
        for (size_t i = 0; i < r->elements; i++) {
            if (i) fputs(" ", out);
            text(out, r->element[i]);
        }
        fputs("]", out);
        break;
    default:
        fprintf(out, "type %d", r->type);
    }
}

static char *written(redisReply *r) {
    char *s;
    size_t len;
    FILE *out = open_memstream(&s, &len);
    text(out, r);
    fclose(out);
    return s;
}

static int compare(const void *a, const void *b) {
    char *x = written(*(redisReply **)a), *y = written(*(redisReply **)b);
    int order = strcmp(x, y);
    free(x), free(y);
    return order;
}

static void show(const char *step, redisContext *c, redisReply *r, int unordered) {
    if (!r) {
        fprintf(stderr, "%s: %s\n", step, c->errstr);
        exit(1);
    }
    if (unordered && r->type == REDIS_REPLY_ARRAY) qsort(r->element, r->elements, sizeof r->element[0], compare);
    char *s = written(r);
    printf("%s: %s\n", step, s);
    fflush(stdout);
    free(s);
    freeReplyObject(r);
}

/* requests sends each line of the list. */
static void requests(redisContext *c, const char *list) {
    char line[4096], copy[4096];
    const char *words[64];
    FILE *in = fopen(list, "r");
    if (!in) fail("no list of requests");
    while (fgets(line, sizeof line, in)) {
        int n = 0;
        line[strcspn(line, "\n")] = 0;
        int unordered = line[0] == '~';
        if (line[0] == '#' || line[0] == 0) continue;
        strcpy(copy, line + unordered);
        for (char *w = strtok(copy, " "); w && n < 64; w = strtok(NULL, " ")) words[n++] = w;
        show(line, c, redisCommandArgv(c, n, words, NULL), unordered);
    }
    fclose(in);
}

static void binary(redisContext *c) {
    enum { every = 264, copies = 4096 };
    char value[every], *large = malloc(every * copies);
    for (int i = 0; i < 256; i++) value[i] = (char)i;
    memcpy(value + 256, "\r\n\0$-1\r\n", 8);
    for (int i = 0; i < copies; i++) memcpy(large + i * every, value, every);
    show("set", c, redisCommand(c, "SET %b %b", value, (size_t)every, large, (size_t)every * copies), 0);
    redisReply *r = redisCommand(c, "GET %b", value, (size_t)every);
    if (!r) fail(c->errstr);
    printf("a megabyte: %d %d\n", (int)r->len, r->len == every * copies && !memcmp(r->str, large, r->len));
    freeReplyObject(r);
    show("del", c, redisCommand(c, "DEL %b", value, (size_t)every), 0);
    free(large);
}

static void pipeline(redisContext *c) {
    int right = 0;
    char want[16];
    redisReply *r;
    for (int i = 0; i < 1000; i++) {
        redisAppendCommand(c, "SET p:%d %d", i, i);
        redisAppendCommand(c, "GET p:%d", i);
    }
    redisAppendCommand(c, "INCRBY p:1 x");
    for (int i = 0; i < 2000; i++) {
        if (redisGetReply(c, (void **)&r) != REDIS_OK) fail(c->errstr);
        snprintf(want, sizeof want, "%d", i / 2);
        right += !strcmp(r->str, i % 2 ? want : "OK");
        freeReplyObject(r);
    }
    printf("pipeline: %d\n", right);
    if (redisGetReply(c, (void **)&r) != REDIS_OK) fail(c->errstr);
    show("an error in a pipeline", c, r, 0);
}

static void next(const char *step, redisContext *c) {
    redisReply *r;
    if (redisGetReply(c, (void **)&r) != REDIS_OK) fail(c->errstr);
    show(step, c, r, 0);
}

static void transaction(redisContext *c, redisContext *other) {
    const char *meanwhile[] = {"GET m", "INCR m"};
    show("set", c, redisCommand(c, "SET m 1"), 0);
    for (int i = 0; i < 2; i++) {
        show("watch", c, redisCommand(c, "WATCH m"), 0);
        show(meanwhile[i], other, redisCommand(other, meanwhile[i]), 0);
        redisAppendCommand(c, "MULTI");
        redisAppendCommand(c, "INCR m");
        redisAppendCommand(c, "LPUSH m x");
        redisAppendCommand(c, "EXEC");
        for (int j = 0; j < 4; j++) next("queued", c);
    }
}

static void pubsub(redisContext *c) {
    redisContext *s = dial();
    redisAppendCommand(s, "SUBSCRIBE news more");
    redisAppendCommand(s, "PSUBSCRIBE n?ws");
    for (int i = 0; i < 3; i++) next("subscribed", s);
    show("publish", c, redisCommand(c, "PUBLISH news %b", "\xff\0", (size_t)2), 0);
    for (int i = 0; i < 2; i++) next("received", s);
    show("in this mode", s, redisCommand(s, "GET m"), 0);
    show("ping", s, redisCommand(s, "PING"), 0);
    show("reset", s, redisCommand(s, "RESET"), 0);
    show("publish", c, redisCommand(c, "PUBLISH news x"), 0);
    redisFree(s);
}

static void blocking(redisContext *c) {
    redisContext *b = dial();
    int written = 0, blocked = 0;
    redisAppendCommand(b, "BLPOP empty queue 30");
    while (!written)
        if (redisBufferWrite(b, &written) != REDIS_OK) fail(b->errstr);
    for (int i = 0; !blocked && i < 6000; i++) {
        redisReply *r = redisCommand(c, "INFO clients");
        if (!r) fail(c->errstr);
        blocked = strstr(r->str, "blocked_clients:1") != NULL;
        freeReplyObject(r);
        usleep(5000);
    }
    printf("blocked: %d\n", blocked);
    show("rpush", c, redisCommand(c, "RPUSH queue work"), 0);
    next("blpop", b);
    redisFree(b);
}

static void tracking(redisContext *c, redisContext *other) {
    redisContext *s = dial();
    redisReply *id = redisCommand(s, "CLIENT ID");
    if (!id) fail(s->errstr);
    show("subscribe", s, redisCommand(s, "SUBSCRIBE __redis__:invalidate"), 0);
    show("tracking", c, redisCommand(c, "CLIENT TRACKING ON REDIRECT %lld BCAST PREFIX user: PREFIX job:", id->integer), 0);
    show("overlap", c, redisCommand(c, "CLIENT TRACKING ON REDIRECT %lld BCAST PREFIX user:1", id->integer), 0);
    show("mset", other, redisCommand(other, "MSET user:1 a nobody:1 b job:1 c"), 0);
    next("invalidated", s);
    next("invalidated", s);
    show("off", c, redisCommand(c, "CLIENT TRACKING OFF"), 0);
    show("on", c, redisCommand(c, "CLIENT TRACKING ON REDIRECT %lld OPTIN", id->integer), 0);
    show("get", c, redisCommand(c, "GET nobody:1"), 0);
    show("caching", c, redisCommand(c, "CLIENT CACHING YES"), 0);
    show("mget", c, redisCommand(c, "MGET user:1 job:1"), 0);
    show("set", other, redisCommand(other, "SET nobody:1 x"), 0);
    show("del", other, redisCommand(other, "DEL job:1"), 0);
    next("invalidated", s);
    freeReplyObject(id);
    redisFree(s);
    show("after it left", c, redisCommand(c, "CLIENT CACHING YES"), 0);
    show("off", c, redisCommand(c, "CLIENT TRACKING OFF"), 0);
}

static void restart(redisContext *c) {
    show("set", c, redisCommand(c, "SET kept yes"), 0);
    puts("@restart");
    fflush(stdout);
    if (getchar() == EOF) fail("nobody restarted the server");
    redisReply *r = redisCommand(c, "GET kept");
    printf("the old connection: %s\n", r ? "answers" : "is gone");
    while (redisReconnect(c) != REDIS_OK) usleep(5000);
    show("auth", c, redisCommand(c, "AUTH %s", password), 0);
    show("after a restart", c, redisCommand(c, "GET kept"), 0);
}

int main(int argc, char **argv) {
    if (argc < 5) fail("usage: PORT PASSWORD PROTOCOL LIST");
    port = atoi(argv[1]);
    password = argv[2];
    redisContext *c = dial(), *other = dial();
    requests(c, argv[4]);
    binary(c);
    pipeline(c);
    if (!strstr(argv[4], "single.txt")) {
        transaction(c, other);
        pubsub(c);
        blocking(c);
        tracking(c, other);
        restart(c);
    }
    puts("end");
    return 0;
}

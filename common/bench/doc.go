// Package bench measures a server beside redis-server: same machine, same core,
// same requests, turn by turn. What comes out is ratios.
//
//	core A   stage | redis | redis | stage | stage | ...   one at a time has work
//	           ^ requests, replies
//	core B   generator: 50 clients on one thread
//
// A measurement is one command at one pipeline depth on one server, for half a
// second after a warm-up. The two that make a ratio follow each other, and who
// goes first changes from round to round. The table shows the median of the
// rounds and, beside each ratio, the smallest and the largest: where they lie
// far apart, something disturbed the run.
//
// Three rooms: load makes the requests and takes the replies; machine reads what
// processes take, and says where they run; here stand the questions, a file each, and
// what they have in common: session.go, rounds.go, fresh.go, report.go, table.go.
//
// # What is measured
//
//   - requests per second, as the clients count right replies. Every reply is
//     compared to the last byte; a wrong one ends the run.
//   - CPU per request: what all threads of the server ran on a CPU, in user mode
//     and in the kernel, divided by the requests.
//   - p50 and p99: from the sending of a batch to its last reply. (p99.9 is in
//     the JSON, and in the tables of rewrites and of the tail.)
//   - busy: CPU time by wall time. Where the server had time left and the
//     generator had none the line is marked: the rate is the generator's own.
//
// # Which figure to trust
//
// Throughput is a share of the machine: whoever else wants the core takes from
// it. A thread's CPU time stands still while another one runs, so CPU per
// request stays close to what it is on an idle machine. On two cores, of which
// tests took most, redis-server answered 109,000 PINGs a second instead of
// 286,000, 62 % less; a request cost it 3.69 µs instead of 3.46, 7 % more. The
// rest of the disturbance is caches, clock speed and the hypervisor. The ratio
// takes most of that away too, as it bends both servers.
//
// CPU per request depends on the load, though. A server that waits often pays
// for its sleep and wake-up with few requests at a time; one that is flooded
// finds many ready at each look. So compare at the same pipeline and clients.
// And over the loopback device the sender's CPU also does the receiver's part
// of TCP: some of what the servers spend, on both sides of a ratio alike, is
// the generator's.
//
// # How the CPU time of another process is read
//
// Linux has a clock for every process, readable with clock_gettime by whoever
// knows the pid; it counts all its threads, those that ended too, in
// nanoseconds. See machine/procstat.go for what stands in for it where it is refused.
// Of a server that is known by its address only there is none.
//
// # Another build
//
// A change that must cost nothing is measured against the state before it: with
// -peer a third server takes its turns, a binary that was built earlier and is
// started like the stage. It has a column of its own and a ratio of its own.
//
// # The append-only file
//
// From chapter 4 on both servers can be started with an append-only file, under
// one of the policies of appendfsync, each in a temporary folder of its own. The
// figures then contain the disk: -dir puts the folders on the one that is meant,
// the notes say which it was, and no file is rewritten unasked.
//
// Two questions have tables of their own:
//
//   - Loading (RunLoading, loading.go): how long does a server take to come back?
//     A file of N commands is written once: 80 % SET of new keys, 10 % SET of new
//     keys with PXAT, 10 % overwrites. Both servers load that same file from the
//     page cache, turn by turn. The clock runs from the start of the process to
//     its first PONG, and DBSIZE must be right.
//   - Rewriting (RunRewriting, rewriting.go): what do clients feel of a
//     BGREWRITEAOF? They send SET and GET, half and half, on random keys, first
//     without and then during one. Both servers have a core; a fork's child has
//     the cores that are left, if any. The CPU time that the JSON has of a server
//     is that of its process: a child's is not in it, a thread's is.
//
// # Filling
//
// Four questions are about filling a server, so each answer needs an empty one:
// every measurement starts a server of its own (fresh.go), turn by turn as ever.
//
//   - Memory (RunMemory, memory.go): what does a key take? N keys are set, without
//     and with a TTL. What the system says (the growth of resident memory, once it
//     stands still) is held against what the server says (used_memory), and what
//     FLUSHALL and MEMORY PURGE leave behind is there too.
//   - The tail (RunTail, tail.go): how long do the slowest wait? While N keys come
//     into being, and then while random ones are overwritten. Beside p99.9 and the
//     longest wait stand the stalls: times of more than 10 ms in which no client
//     got a reply. They are what a growing table, a purge or a collection of garbage
//     costs everybody at once.
//   - Evicting (RunEvicting, evicting.go): what does it cost to make room? N/2 keys
//     are set, and then N/2 more: without a limit, and with maxmemory at what was in
//     use by then, and allkeys-lru. The second half is measured.
//   - Allocators (RunAllocators, allocators.go): what does Go's heap cost? One load on
//     chapter 5, whose keys are in it, and on a chapter whose keys are not: bytes per
//     key, passes of the garbage collector, how long they stopped the server and what
//     they took of its CPU time, as its runtime tells (GODEBUG=gctrace=1), and the tail.
//     The collector's workers run where the server may run: as for rewrites, on all
//     cores but the generator's.
//
// # What the latencies are not
//
// The loop is closed: a client sends its next batch when the one before is
// answered. While a server stalls it is not asked, so a stall of a second counts
// once for each client and not once for each request that would have come in
// that second. This is known as coordinated omission. The percentiles compare
// servers under this load; they are not what users would see who arrive
// regardless of how the server is doing.
//
// # The generator against redis-benchmark
//
// A generator that is slower than the server measures itself. So
//
//	go run ./common/cmd/bench -check
//
// runs it beside redis-benchmark, on one redis-server. Here are the medians of
// one machine at a calm moment (2 virtual cores of an Intel Xeon, Linux 6.18,
// redis-server 7.0.15, 50 clients, PING, 5 rounds of 1 s); yours will differ:
//
//	            requests per second      client CPU, µs          server CPU, µs
//	pipeline       ours       theirs    ours  theirs  ratio      ours    theirs
//	1           285,528      156,111   3.203   6.371   0.51     3.456     4.247
//	16        2,694,091    2,543,894   0.218   0.387   0.56     0.367     0.377
//	64        4,717,915    4,750,107   0.066   0.119   0.56     0.211     0.209
//
// It needs about half of redis-benchmark's CPU time, and always less than the
// server: the server is the bottleneck, if only just without pipelining. There
// redis-benchmark (one thread, as here) is itself the limit, and the server it
// leaves waiting pays more for each request.
package bench

// Server.java: chapters 2 and 3 in Java: a thread for each client, one lock around the store.
//
//	javac -d out Server.java && java -cp out Server --port 7000 [--maxkeys 10] [--bug NAME]
//
//	main:    accept ─▶ a thread: read a request ─▶ execute ─▶ write the reply ─┐
//	                             ▲                                            │
//	                             └────────────────────────────────────────────┘
//	janitor: each second: delete what has expired
//
// A thread waits for its client as long as it likes: the others run on. Words are Strings of
// ISO 8859-1, in which each byte is one character: nothing is lost, and length() counts bytes.
//
// --bug plants one mistake: length-in-characters, served-until-it-leaves, options-in-one-case,
// null-as-empty-string, negative-expire-keeps.

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

public class Server {
    private static String bug = "";

    private static boolean bug(String name) {
        return bug.equals(name);
    }

    private static Charset charset() {
        return bug("length-in-characters") ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    }

    public static void main(String[] args) throws IOException {
        int port = 7000;
        int maxKeys = Integer.MAX_VALUE;
        for (int i = 0; i < args.length; i += 2) {
            String value = i + 1 < args.length ? args[i + 1] : "";
            switch (args[i]) {
                case "--port" -> port = Integer.parseInt(value);
                case "--maxkeys" -> maxKeys = Integer.parseInt(value);
                case "--bug" -> bug = value;
                default -> {
                    System.err.println("server: what is " + args[i] + "? usage: Server [--port N] [--maxkeys N] [--bug NAME]");
                    System.exit(1);
                }
            }
        }
        Store store = new Store(maxKeys);
        start(store::deleteExpiredForEver);
        try (ServerSocket listener = new ServerSocket(port, 511, InetAddress.getLoopbackAddress())) {
            while (true) {
                Client client = new Client(listener.accept(), new Commands(store));
                if (bug("served-until-it-leaves")) {
                    client.run();
                } else {
                    start(client);
                }
            }
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    /** An error that the client is told. */
    static class CommandException extends Exception {
        CommandException(String message) {
            super(message);
        }
    }

    /** What a client says cannot be understood any more. */
    static class ProtocolException extends IOException {
        ProtocolException(String message) {
            super(message);
        }
    }

    /** One connection, served by a thread of its own. */
    static class Client implements Runnable {
        private final Socket socket;
        private final Commands commands;

        Client(Socket socket, Commands commands) {
            this.socket = socket;
            this.commands = commands;
        }

        @Override
        public void run() {
            try (socket) {
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = new BufferedOutputStream(socket.getOutputStream());
                try {
                    List<String> request;
                    while ((request = Resp.readRequest(in)) != null) {
                        if (!request.isEmpty()) {
                            out.write(commands.execute(request).getBytes(charset()));
                            out.flush();
                        }
                    }
                } catch (ProtocolException e) {
                    out.write(Resp.error("ERR Protocol error: " + e.getMessage()).getBytes(charset()));
                    out.flush();
                }
            } catch (IOException e) {
                // The client has left in the middle of something.
            }
        }
    }

    /** Bytes of requests and of replies. */
    static class Resp {
        static String simple(String text) {
            return "+" + text + "\r\n";
        }

        static String error(String text) {
            return "-" + text + "\r\n";
        }

        static String integer(long n) {
            return ":" + n + "\r\n";
        }

        static String bulk(String text) {
            return "$" + text.length() + "\r\n" + text + "\r\n";
        }

        static String nil() {
            return bug("null-as-empty-string") ? bulk("") : "$-1\r\n";
        }

        /** The next request, or null if the client has left between two. */
        static List<String> readRequest(InputStream in) throws IOException {
            int first = in.read();
            if (first < 0) {
                return null;
            }
            int count = readLength(in, first, '*');
            List<String> words = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int length = readLength(in, in.read(), '$');
                byte[] word = in.readNBytes(length);
                if (word.length < length || in.read() < 0 || in.read() < 0) {
                    throw new EOFException();
                }
                words.add(new String(word, charset()));
            }
            return words;
        }

        /** The number of a line such as $4, whose first byte has been read. */
        private static int readLength(InputStream in, int first, char kind) throws IOException {
            if (first < 0) {
                throw new EOFException();
            }
            if (first != kind) {
                throw new ProtocolException("expected '" + kind + "', got '" + (char) first + "'");
            }
            long n = 0;
            int b;
            while ((b = in.read()) != '\r') {
                if (b < 0) {
                    throw new EOFException();
                }
                n = n * 10 + b - '0';
                if (b < '0' || b > '9' || n > 512 << 20) {
                    throw new ProtocolException("invalid length");
                }
            }
            in.read(); // '\n'
            return (int) n;
        }
    }

    /** Keys, values and when they end. One thread at a time is in it. */
    static class Store {
        record Entry(String value, long endsAt) {
            boolean over() {
                return endsAt <= System.currentTimeMillis();
            }
        }

        static final long NEVER = Long.MAX_VALUE;

        private final Map<String, Entry> entries = new HashMap<>();
        private final int maxKeys;

        Store(int maxKeys) {
            this.maxKeys = maxKeys;
        }

        /** What a key holds; null if there is none that still lives. */
        synchronized Entry get(String key) {
            Entry entry = entries.get(key);
            if (entry != null && entry.over()) {
                entries.remove(key);
                return null;
            }
            return entry;
        }

        synchronized void set(String key, String value, long endsAt) {
            while (!entries.containsKey(key) && entries.size() >= maxKeys) {
                entries.remove(entries.keySet().iterator().next());
            }
            entries.put(key, new Entry(value, endsAt));
        }

        synchronized boolean delete(String key) {
            return get(key) != null && entries.remove(key) != null;
        }

        /** Gives a key a new end, and says whether there is such a key. */
        synchronized boolean setEnd(String key, long endsAt) {
            Entry entry = get(key);
            if (entry != null) {
                entries.put(key, new Entry(entry.value(), endsAt));
            }
            return entry != null;
        }

        void deleteExpiredForEver() {
            while (true) {
                synchronized (this) {
                    entries.values().removeIf(Entry::over);
                }
                try {
                    Thread.sleep(1000);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    /** What each command does. */
    static class Commands {
        private static final int MANY = Integer.MAX_VALUE;

        /** How many words a request has, with the command's name, and what it does. */
        private record Command(int least, int most, Handler handler) {}

        private interface Handler {
            String run(List<String> words) throws CommandException;
        }

        private final Store store;
        private final Map<String, Command> table = Map.of(
                "ping", new Command(1, 2, this::ping),
                "echo", new Command(2, 2, this::echo),
                "get", new Command(2, 2, this::get),
                "set", new Command(3, MANY, this::set),
                "ttl", new Command(2, 2, this::ttl),
                "del", new Command(2, MANY, this::del),
                "expire", new Command(3, 3, this::expire));

        Commands(Store store) {
            this.store = store;
        }

        String execute(List<String> words) {
            String name = words.get(0).toLowerCase(Locale.ROOT);
            Command command = table.get(name);
            if (command == null) {
                StringBuilder text = new StringBuilder("ERR unknown command '" + words.get(0) + "', with args beginning with: ");
                words.stream().skip(1).forEach(word -> text.append("'").append(word).append("' "));
                return Resp.error(text.toString());
            }
            if (words.size() < command.least || words.size() > command.most) {
                return Resp.error("ERR wrong number of arguments for '" + name + "' command");
            }
            try {
                return command.handler.run(words);
            } catch (CommandException e) {
                return Resp.error("ERR " + e.getMessage());
            }
        }

        private String ping(List<String> words) {
            return words.size() == 1 ? Resp.simple("PONG") : Resp.bulk(words.get(1));
        }

        private String echo(List<String> words) {
            return Resp.bulk(words.get(1));
        }

        private String get(List<String> words) {
            Store.Entry entry = store.get(words.get(1));
            return entry == null ? Resp.nil() : Resp.bulk(entry.value());
        }

        private String set(List<String> words) throws CommandException {
            long endsAt = Store.NEVER;
            if (words.size() > 3) {
                String option = bug("options-in-one-case") ? words.get(3) : words.get(3).toUpperCase(Locale.ROOT);
                boolean seconds = option.equals("EX");
                if (words.size() != 5 || !seconds && !option.equals("PX")) {
                    throw new CommandException("syntax error");
                }
                long time = number(words.get(4));
                if (time <= 0 || time > Integer.MAX_VALUE * 1000L) {
                    throw new CommandException("invalid expire time in 'set' command");
                }
                endsAt = System.currentTimeMillis() + (seconds ? time * 1000 : time);
            }
            store.set(words.get(1), words.get(2), endsAt);
            return Resp.simple("OK");
        }

        private String ttl(List<String> words) {
            Store.Entry entry = store.get(words.get(1));
            if (entry == null) {
                return Resp.integer(-2);
            }
            if (entry.endsAt() == Store.NEVER) {
                return Resp.integer(-1);
            }
            return Resp.integer(Math.round((entry.endsAt() - System.currentTimeMillis()) / 1000.0));
        }

        private String del(List<String> words) {
            return Resp.integer(words.stream().skip(1).filter(store::delete).count());
        }

        private String expire(List<String> words) throws CommandException {
            String key = words.get(1);
            long seconds = number(words.get(2));
            if (Math.abs(seconds) > Integer.MAX_VALUE) {
                throw new CommandException("invalid expire time in 'expire' command");
            }
            if (seconds > 0) {
                return Resp.integer(store.setEnd(key, System.currentTimeMillis() + seconds * 1000) ? 1 : 0);
            }
            boolean there = bug("negative-expire-keeps") ? store.get(key) != null : store.delete(key);
            return Resp.integer(there ? 1 : 0);
        }

        private static long number(String text) throws CommandException {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new CommandException("value is not an integer or out of range");
            }
        }
    }
}

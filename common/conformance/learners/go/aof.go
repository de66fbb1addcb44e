// aof.go: the log: every change as the request that would make it again.

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// logName is the log's, in the working directory.
const logName = "appendonly.aof"

var logFile *os.File // nil where there is no log

// openLog executes the log that is there, and goes on with it.
func openLog() error {
	file, err := os.OpenFile(logName, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	requests := newReader(file)
	for {
		args, err := requests.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", logName, err)
		}
		execute(args)
	}
	// A last record that is not whole was never answered.
	if err := file.Truncate(requests.taken); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	logFile = file
	return nil
}

// writeLog appends a command. It is in the file before it is answered.
func writeLog(args ...[]byte) {
	if logFile == nil {
		return
	}
	_, err := logFile.Write(request(args...))
	if err == nil && *appendFsync == "always" {
		err = logFile.Sync()
	}
	if err != nil {
		fmt.Println("the log cannot be written:", err)
		os.Exit(1)
	}
}

// logEntry writes a SET: with the time at which the key ends, not how long it has left.
func logEntry(key []byte, e *entry) { writeLog(setRequest(key, e)...) }

func setRequest(key []byte, e *entry) [][]byte {
	args := [][]byte{[]byte("SET"), key, e.bytes()}
	if e.expires != 0 {
		args = append(args, []byte("PXAT"), fmt.Append(nil, e.expires))
	}
	return args
}

// rewriteLog writes the shortest log for what is there. All clients wait meanwhile.
func rewriteLog([][]byte) []byte {
	if logFile == nil {
		return simple("Background append only file rewriting started")
	}
	next, err := os.Create(logName + ".new")
	if err != nil {
		return failure("ERR %v", err)
	}
	for key, e := range store {
		if _, err := next.Write(request(setRequest([]byte(key), e)...)); err != nil {
			return failure("ERR %v", err)
		}
	}
	if err := errors.Join(next.Sync(), os.Rename(logName+".new", logName)); err != nil {
		return failure("ERR %v", err)
	}
	logFile.Close()
	logFile = next
	return simple("Background append only file rewriting started")
}

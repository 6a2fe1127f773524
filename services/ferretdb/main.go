// A server that speaks the MongoDB protocol, for tests and trials on a machine without MongoDB: FerretDB over SQLite
// in one process. It asks for no password, so it listens on a Unix socket, which the folder it lies in protects.
//
// FerretDB's own command cannot be built by `go install` (a generated file is not part of its module); its embeddable
// package can.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	data := flag.String("data", "", "folder of the databases")
	socket := flag.String("socket", "", "Unix socket to listen on")
	flag.Parse()
	if err := serve(*data, *socket); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(data, socket string) error {
	if data == "" || socket == "" {
		return fmt.Errorf("usage: ferretdb -data <folder> -socket <path>")
	}
	folder, err := filepath.Abs(data)
	if err != nil {
		return err
	}
	// Of a server that was killed; a living one is found by whoever starts this one.
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{Unix: socket},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Handler:   "sqlite",
		SQLiteURL: (&url.URL{Scheme: "file", Opaque: folder + "/"}).String(),
	})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Println("ready")
	return server.Run(ctx)
}

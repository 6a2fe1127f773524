// A server that speaks the MongoDB protocol, for tests and trials on a machine without MongoDB: FerretDB over
// PostgreSQL, in one process. Users and passwords are those of PostgreSQL.
//
// FerretDB's own command cannot be built by `go install` (a generated file is not part of its module); its embeddable
// package can.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	// By environment, not by arguments, which every user of the machine can read.
	if err := serve(os.Getenv("FERRETDB_LISTEN"), os.Getenv("FERRETDB_POSTGRESQL_URL")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(listen, database string) error {
	if listen == "" || database == "" {
		return fmt.Errorf("set FERRETDB_LISTEN (host:port) and FERRETDB_POSTGRESQL_URL (without a password)")
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: listen},
		// It would log the values of documents with every key that is there already.
		Logger:        slog.New(slog.DiscardHandler),
		Handler:       "postgresql",
		PostgreSQLURL: database,
	})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return server.Run(ctx)
}

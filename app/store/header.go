package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// applicationID marks a database file as ours ("DBrg"), where SQLite's file
// format keeps a number for that: https://www.sqlite.org/fileformat.html.
const applicationID = 0x44427267

const headerSize = 100

// inspect reads the file's own header, without SQLite: a file of a newer
// version, or one that is not ours, must not even be recovered or
// checkpointed. It returns the schema version, zero for an empty file.
func inspect(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var header [headerSize]byte
	n, err := io.ReadFull(f, header[:])
	if n == 0 && errors.Is(err, io.EOF) {
		return 0, nil
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, err
	}
	if n < headerSize || string(header[:16]) != "SQLite format 3\x00" {
		return 0, fmt.Errorf("%w: %s is no database", ErrCorrupt, path)
	}
	version := int(binary.BigEndian.Uint32(header[60:]))
	owner := binary.BigEndian.Uint32(header[68:])
	// Our first transaction sets both. Until it is checkpointed both are zero,
	// and the truth is in the write-ahead log, which SQLite reads.
	if owner != applicationID && (owner != 0 || version != 0) {
		return 0, fmt.Errorf("%w: %s belongs to another program", ErrCorrupt, path)
	}
	return version, nil
}

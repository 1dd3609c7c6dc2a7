package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"time"
)

// entry is a file of an archive.
type entry struct {
	name string // with slashes
	data []byte
	mode os.FileMode
}

// writeTar writes a .tar.gz whose bytes depend on the entries and the date alone.
func writeTar(name string, date time.Time, list []entry) error {
	return create(name, func(w io.Writer) error {
		compressed := gzip.NewWriter(w)
		archive := tar.NewWriter(compressed)
		for _, e := range list {
			header := &tar.Header{Name: e.name, Mode: int64(e.mode), Size: int64(len(e.data)), ModTime: date, Format: tar.FormatPAX}
			if err := archive.WriteHeader(header); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			if _, err := archive.Write(e.data); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
		if err := archive.Close(); err != nil {
			return err
		}
		return compressed.Close()
	})
}

// writeZip does the same as a .zip.
func writeZip(name string, date time.Time, list []entry) error {
	return create(name, func(w io.Writer) error {
		archive := zip.NewWriter(w)
		for _, e := range list {
			header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: date}
			header.SetMode(e.mode)
			f, err := archive.CreateHeader(header)
			if err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			if _, err := f.Write(e.data); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
		return archive.Close()
	})
}

// create makes a new file with what write gives it, and leaves none behind if that fails.
func create(name string, write func(io.Writer) error) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	err = write(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(name)
		return fmt.Errorf("write the archive: %w", err)
	}
	return nil
}

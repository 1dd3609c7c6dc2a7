package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// benchLine is one line of `go test -bench`: a name, how often it ran, and values with units.
type benchLine struct {
	name   string
	runs   string
	values [][2]string // value, unit
}

// runBench is the task `bench`.
//
// Without a name it also compares pictures with what people would use instead, and holds both to what they
// are to be; `bench pictures` does that alone.
func runBench(ctx context.Context, r *runner, args []string) error {
	if len(args) > 0 && args[0] == "pictures" {
		return runBenchPictures(ctx, r, args[1:])
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	each := flags.String("time", "1s", "how long each benchmark runs, or how often (100x)")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 1 {
		return fmt.Errorf("%w: bench takes one name at most", errUsage)
	}
	name := "."
	if flags.NArg() == 1 {
		name = flags.Arg(0)
	}
	list, err := r.targets(ctx, "Benchmark")
	if err != nil {
		return err
	}
	var packages []string
	for _, b := range list {
		if len(packages) == 0 || packages[len(packages)-1] != b.pkg {
			packages = append(packages, b.pkg)
		}
	}
	if len(packages) == 0 {
		r.printf("There are no benchmarks.\n")
		return nil
	}
	var rows []benchRow
	table := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "benchmark\ttime\tmemory\tallocations\truns\t  other\n")
	for _, pkg := range packages { // one after the other: they must not disturb each other
		out, err := r.output(ctx, "go", "test", "-run=^$", "-bench="+name, "-benchmem", "-benchtime="+*each, "-timeout=60m", pkg)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		for _, line := range benchLines(out) {
			fmt.Fprintf(table, "%s %s\t%s\n", short(pkg), strings.TrimPrefix(line.name, "Benchmark"), strings.Join(line.columns(), "\t"))
			rows = append(rows, line.rows()...)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if name != "." {
		return nil
	}
	if err := writeRows(r.out, rows); err != nil {
		return err
	}
	return runBenchPictures(ctx, r, nil)
}

// benchLines picks the results out of the output of `go test -bench`.
func benchLines(output string) []benchLine {
	var list []benchLine
	for lines := bufio.NewScanner(strings.NewReader(output)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || len(fields)%2 != 0 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		line := benchLine{name: fields[0], runs: fields[1]}
		for i := 2; i < len(fields); i += 2 {
			line.values = append(line.values, [2]string{fields[i], fields[i+1]})
		}
		list = append(list, line)
	}
	return list
}

// columns writes time, memory, allocations, runs, and whatever else was measured.
func (b benchLine) columns() []string {
	took, memory, allocations, other := "", "", "", ""
	for _, v := range b.values {
		switch v[1] {
		case "ns/op":
			took = nice(v[0], func(n float64) string {
				if n < 1000 {
					return fmt.Sprintf("%.3gns", n)
				}
				d := time.Duration(n)
				return d.Round(max(d/1000, 1)).String()
			})
		case "B/op":
			memory = nice(v[0], size)
		case "allocs/op":
			allocations = v[0]
		default:
			other += " " + v[0] + " " + v[1]
		}
	}
	return []string{took, memory, allocations, b.runs, other}
}

// nice formats a number that was written by another program; what is none stays as it is.
func nice(text string, format func(float64) string) string {
	var n float64
	if _, err := fmt.Sscan(text, &n); err != nil {
		return text
	}
	return format(n)
}

// size writes a number of bytes.
func size(n float64) string {
	for _, unit := range []string{"B", "KiB", "MiB"} {
		if n < 1024 {
			return fmt.Sprintf("%.4g %s", n, unit)
		}
		n /= 1024
	}
	return fmt.Sprintf("%.4g GiB", n)
}

package datadir

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNetworkFileSystemsAreKnown(t *testing.T) {
	for magic, want := range map[uint32]string{
		unix.NFS_SUPER_MAGIC: "nfs", unix.CIFS_SUPER_MAGIC: "smb", unix.SMB2_SUPER_MAGIC: "smb", unix.V9FS_MAGIC: "9p",
		unix.EXT4_SUPER_MAGIC: "", unix.BTRFS_SUPER_MAGIC: "", unix.TMPFS_MAGIC: "", unix.OVERLAYFS_SUPER_MAGIC: "",
	} {
		if got := networkMagic(magic); got != want {
			t.Errorf("%x: %q", magic, got)
		}
	}
	for kind, want := range map[string]string{
		"fuse.sshfs": "sshfs", "fuse.rclone": "rclone", "fuse.gocryptfs": "", "fuseblk": "", "ext4": "", "": "",
	} {
		if got := networkFUSE(kind); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func TestMountsAreRead(t *testing.T) {
	point, kind, ok := parseMount(`36 35 98:0 / /media/My\040Disk rw,noatime master:1 - fuse.sshfs me@there: rw`)
	if !ok || point != "/media/My Disk" || kind != "fuse.sshfs" {
		t.Errorf("%q %q %v", point, kind, ok)
	}
	for _, bad := range []string{"", "x", "a - b", "36 35 98:0 / /x rw"} {
		if _, _, ok := parseMount(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
	if mountType("/proc/self") != "proc" {
		t.Errorf("/proc is a %q", mountType("/proc/self"))
	}
	if !under("/a/b", "/a") || under("/ab", "/a") || !under("/a", "/") {
		t.Error("under")
	}
}

// tinyDisk is a file system with little room.
func tinyDisk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a tiny disk can only be made by root: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestAFullDiskStoresNothingAndSaysWhatIsNeeded(t *testing.T) {
	d := openAt(t, filepath.Join(tinyDisk(t, "size=1m"), "data"))
	kept := put(t, d, "a picture")
	const large = 3 << 20
	for name, r := range map[string]io.Reader{
		"known length":   bytes.NewReader(make([]byte, large)),
		"unknown length": io.LimitReader(zeroes{}, large),
	} {
		_, err := d.Media().Put(t.Context(), r)
		full, ok := errors.AsType[*FullError](err)
		if !ok || !errors.Is(err, ErrDiskFull) {
			t.Fatalf("%s: %v", name, err)
		}
		if name == "known length" && full.Needed != large || full.Needed <= 0 || full.Free < 0 || full.Free > 1<<20 {
			t.Errorf("%s: %+v", name, full)
		}
		if !strings.Contains(err.Error(), "needed") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.WriteFile("channels/a/b", make([]byte, large)); !errors.Is(err, ErrDiskFull) {
		t.Errorf("write: %v", err)
	}
	if got, left := stored(t, d), unfinished(t, d.Path()); len(got) != 1 || got[0] != kept.SHA256 || len(left) != 0 {
		t.Errorf("stored %v, left behind %v", got, left)
	}
	put(t, d, "another picture") // and it goes on once there is room
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestABackupToAFullDiskLeavesWhatWasThere(t *testing.T) {
	d := fullDir(t) // about half a megabyte
	disk := tinyDisk(t, "size=200k")
	dst := filepath.Join(disk, "all.tar")
	if err := os.WriteFile(dst, []byte("the last good backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := d.Backup(t.Context(), dst, snapshot, BackupOptions{Overwrite: true})
	full, ok := errors.AsType[*FullError](err)
	if !ok || full.Needed < 500_000 {
		t.Fatalf("backup: %v", err)
	}
	// A disk that fills only while the backup is written.
	roomy := tinyDisk(t, "size=1m")
	_, err = d.Backup(t.Context(), filepath.Join(roomy, "all.tar"), snapshot, BackupOptions{Progress: func(done, _ int64) {
		if f, err := os.OpenFile(filepath.Join(roomy, "other"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil && done > 0 {
			_, _ = f.Write(make([]byte, 1<<20))
			_ = f.Close()
		}
	}})
	if !errors.Is(err, ErrDiskFull) {
		t.Errorf("backup: %v", err)
	}
	if b, err := os.ReadFile(dst); err != nil || string(b) != "the last good backup" {
		t.Errorf("%q, %v", b, err)
	}
	for dir, want := range map[string]int{disk: 1, roomy: 1} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != want {
			t.Errorf("left behind: %v, %v", entries, err)
		}
	}
}

func TestARestoreToAFullDiskLeavesTheFolderAsItWas(t *testing.T) {
	src, _ := backup(t, fullDir(t))
	path := filepath.Join(tinyDisk(t, "size=300k"), "data")
	d := openAt(t, path)
	put(t, d, "what is there")
	want := contents(t, path)
	if _, err := Restore(context.Background(), src, path, RestoreOptions{}); !errors.Is(err, ErrDiskFull) {
		t.Errorf("restore: %v", err)
	}
	same(t, contents(t, path), want)
	alone(t, path)
}

func TestTheSystemsWordForFullIsKnown(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no /dev/full: %v", err)
	}
	defer func() { _ = f.Close() }()
	_, err = f.Write([]byte("x"))
	if err := diskError("/dev/full", 100, 0, err); !errors.Is(err, ErrDiskFull) || !errors.Is(err, unix.ENOSPC) {
		t.Errorf("%v", err)
	}
	if err := diskError("/dev/full", 100, 7, os.ErrClosed); errors.Is(err, ErrDiskFull) || !errors.Is(err, os.ErrClosed) {
		t.Errorf("%v", err)
	}
	if err := diskError("/x", 5<<30, 4<<30, unix.EFBIG); !strings.Contains(err.Error(), "cannot hold a file") {
		t.Errorf("%v", err)
	}
}

func TestAReadOnlyDiskIsAClearError(t *testing.T) {
	disk := tinyDisk(t, "size=1m")
	path := filepath.Join(disk, "data")
	d := openAt(t, path)
	src := fullDir(t)
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("cannot make it read-only: %v", err)
	}
	if _, err := d.Media().Put(t.Context(), strings.NewReader("x")); !errors.Is(err, unix.EROFS) {
		t.Errorf("put: %v", err)
	}
	if _, err := src.Backup(t.Context(), filepath.Join(disk, "all.tar"), snapshot, BackupOptions{}); !errors.Is(err, unix.EROFS) {
		t.Errorf("backup: %v", err)
	}
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, unix.EROFS) {
		t.Errorf("open: %v", err)
	}
}

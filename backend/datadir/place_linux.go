package datadir

import (
	"bufio"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// networkMount names the network file system path is on, or returns "".
func networkMount(path string) string {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil {
		return ""
	}
	// The field's type and sign differ from one architecture to the next.
	magic := uint32(st.Type)
	if magic == unix.FUSE_SUPER_MAGIC {
		return networkFUSE(mountType(path))
	}
	return networkMagic(magic)
}

// networkMagic knows file systems by the numbers of statfs(2). 9p is the bridge of virtual
// machines and of WSL to the disks of their host, whose locks do not reach across.
func networkMagic(magic uint32) string {
	switch magic {
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		return "smb"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "afs"
	case unix.CEPH_SUPER_MAGIC:
		return "ceph"
	case unix.CODA_SUPER_MAGIC:
		return "coda"
	case 0x0bd00bd0: // LL_SUPER_MAGIC, statfs(2)
		return "lustre"
	}
	return ""
}

// networkFUSE tells remote file systems in user space from local ones (ntfs-3g, gocryptfs).
func networkFUSE(fsType string) string {
	kind, ok := strings.CutPrefix(fsType, "fuse.")
	if !ok {
		return ""
	}
	switch kind {
	case "sshfs", "rclone", "davfs", "davfs2", "gvfsd-fuse", "s3fs", "glusterfs", "curlftpfs",
		"onedriver", "google-drive-ocamlfuse", "kio-fuse", "mergerfs.remote", "smbnetfs", "ceph-fuse", "juicefs":
		return kind
	}
	return ""
}

// mountType is the type of the mount path is on, from the last of the deepest mount points
// in /proc/self/mountinfo (proc_pid_mountinfo(5)).
func mountType(path string) string {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	best, kind := -1, ""
	for s := bufio.NewScanner(f); s.Scan(); {
		point, fsType, ok := parseMount(s.Text())
		if ok && under(path, point) && len(point) >= best {
			best, kind = len(point), fsType
		}
	}
	return kind
}

func parseMount(line string) (point, fsType string, ok bool) {
	head, tail, ok := strings.Cut(line, " - ")
	fields, rest := strings.Fields(head), strings.Fields(tail)
	if !ok || len(fields) < 5 || len(rest) < 1 {
		return "", "", false
	}
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	return unescape.Replace(fields[4]), rest[0], true
}

func under(path, point string) bool {
	return point == "/" || path == point || strings.HasPrefix(path, point+"/")
}

package datadir

import "golang.org/x/sys/unix"

// networkMount names the network file system path is on, or returns "".
func networkMount(path string) string {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil || st.Flags&unix.MNT_LOCAL != 0 {
		return ""
	}
	return unix.ByteSliceToString(st.Fstypename[:])
}

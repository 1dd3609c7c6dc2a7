// The lines of an icon, as Lucide draws it: `import Search from '$icons/search'`.
declare module '$icons/*' {
	const lines: import('lucide').IconNode;
	export default lines;
}

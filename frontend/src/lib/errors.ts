// The one table from an error's code to what is said: what happened, what is safe, what to do.
// A code that is not in it still gets all three.
import { BackendError, backendError } from './backend';
import { m } from './messages';

export type Severity = 'attention' | 'held' | 'danger';

/** What a person is told about an error. */
export interface Explanation {
	severity: Severity;
	happened: string;
	safe: string;
	todo: string;
	/** The backend's own words and the reference, for "Details". */
	details: string;
}

interface Row {
	severity?: Severity;
	happened: (e: BackendError) => string;
	safe?: () => string;
	todo: () => string;
}

const table: Record<string, Row> = {
	invalid: { severity: 'held', happened: () => m.errors_invalid(), todo: () => m.errors_invalid_todo() },
	not_found: { happened: () => m.errors_not_found(), todo: () => m.errors_not_found_todo() },
	conflict: {
		happened: () => m.errors_conflict(),
		safe: () => m.errors_conflict_safe(),
		todo: () => m.errors_conflict_todo(),
	},
	not_allowed: { severity: 'held', happened: () => m.errors_not_allowed(), todo: () => m.errors_not_allowed_todo() },
	needs_channel: {
		severity: 'held',
		happened: () => m.errors_needs_channel(),
		todo: () => m.errors_needs_channel_todo(),
	},
	network: {
		happened: () => m.errors_network(),
		safe: () => m.errors_network_safe(),
		todo: () => m.errors_network_todo(),
	},
	busy: { severity: 'held', happened: () => m.errors_busy(), todo: () => m.errors_busy_todo() },
	locked: { severity: 'held', happened: () => m.errors_locked(), todo: () => m.errors_locked_todo() },
	bad_file: {
		happened: () => m.errors_bad_file(),
		safe: () => m.errors_bad_file_safe(),
		todo: () => m.errors_bad_file_todo(),
	},
	disk_full: {
		happened: () => m.errors_disk_full(),
		safe: () => m.errors_disk_full_safe(),
		todo: () => m.errors_disk_full_todo(),
	},
	no_keychain: { happened: () => m.errors_no_keychain(), todo: () => m.errors_no_keychain_todo() },
	newer_data: { happened: () => m.errors_newer_data(), todo: () => m.errors_newer_data_todo() },
	damaged: { happened: () => m.errors_damaged(), todo: () => m.errors_damaged_todo() },
	bad_place: { happened: () => m.errors_bad_place(), todo: () => m.errors_bad_place_todo() },
	port_taken: {
		severity: 'held',
		happened: () => m.errors_port_taken(),
		todo: () => m.errors_port_taken_todo(),
	},
	stopped: { severity: 'held', happened: () => m.errors_stopped(), todo: () => m.errors_stopped_todo() },
	gone: { happened: () => m.errors_gone(), safe: () => m.errors_gone_safe(), todo: () => m.errors_gone_todo() },
	signed_out: {
		happened: () => m.errors_signed_out(),
		safe: () => m.errors_gone_safe(),
		todo: () => m.errors_signed_out_todo(),
	},
	internal: { happened: () => m.errors_internal(), todo: () => m.errors_internal_todo() },
};

/** Every code the table knows. */
export const knownCodes = Object.keys(table);

/** What a person is told about whatever went wrong. */
export function explain(error: unknown): Explanation {
	const e = backendError(error);
	const row = table[e.code] ?? table['internal']!;
	return {
		severity: row.severity ?? 'attention',
		happened: row.happened(e),
		safe: row.safe?.() ?? m.errors_safe(),
		todo: row.todo(),
		details: [e.message, e.ref && m.errors_ref({ ref: e.ref })].filter(Boolean).join('\n'),
	};
}

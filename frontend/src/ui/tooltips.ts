/** The context that says a provider of tooltips stands above. */
export const tooltips = Symbol('tooltips');

/** The longest delay of a timer, in milliseconds (about 24.8 days). With a longer one `setTimeout` fires at once. */
export const LONGEST_TIMER = 2_147_483_647;

/*
 * Signal processing on blocks of samples: 8,000 a second, 16-bit linear, full scale a sine of +3.14 dBm0.
 *
 * A block knows nothing of calls, clocks or channels: time is the number of samples that it has seen. Each is
 * init / process / release on memory of the caller's; process takes any number of samples and allocates nothing.
 * Each state belongs to one thread.
 */
#ifndef BELFRY_DSP_DSP_H
#define BELFRY_DSP_DSP_H

#define DSP_RATE 8000

/* Peak of a sine at 0 dBm0: a sine of 32,768 is at +3.14 dBm0 (G.711, A-law). */
#define DSP_PEAK_0_DBM0 22827.0f

/*
 * Fills the tables that all blocks share (spandsp's own too, which it would otherwise make at first use). Main thread,
 * before any other; more than once does no harm.
 */
void dsp_start(void);

#endif

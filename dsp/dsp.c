#include "dsp/dsp.h"

#include "dsp/caller_id.h"
#include "dsp/dtmf_detector.h"
#include "dsp/g711.h"
#include "dsp/oscillator.h"

void dsp_start(void)
{
	oscillator_start();
	law_start();
	dtmf_detector_start();
	caller_id_start();
}
